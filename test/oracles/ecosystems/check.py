"""Checks the metadata of an exported folder with the tools of its ecosystem, none of which asks a server.

    check.py platformio|zephyr|esp-idf FOLDER
"""
import os
import sys
import tempfile
from pathlib import Path


def check_platformio(folder):
    """As `pio pkg pack` does; it would fetch the list of licences."""
    from platformio.package.manifest.parser import ManifestParserFactory
    from platformio.package.manifest.schema import ManifestSchema

    licences = {"licenses": [{"licenseId": "Apache-2.0"}, {"licenseId": "MIT"}]}
    ManifestSchema.load_spdx_licenses = staticmethod(lambda: licences)
    manifest = ManifestParserFactory.new_from_dir(str(folder)).as_dict()
    ManifestSchema().load_manifest(manifest)

    from platformio.project.config import ProjectConfig

    ProjectConfig(str(folder / "examples/inference/platformio.ini")).validate()


def check_esp_idf(folder):
    """As `idf.py` and `compote component pack` do."""
    from idf_component_tools.manager import ManifestManager

    for each in [folder, folder / "examples/inference/main"]:
        os.environ["IDF_TARGET"] = "esp32c3"
        manifest = ManifestManager(each, name="wasmote").load()
        assert manifest.dependencies, each


def check_zephyr(folder):
    """module.yml by the part of Zephyr's schema for modules that it uses; Kconfig and prj.conf by Kconfiglib."""
    import kconfiglib
    import pykwalify.core
    import yaml

    text = {"type": "str"}
    schema = {
        "type": "map",
        "mapping": {
            "name": text,
            "build": {"type": "map", "mapping": {"cmake": text, "kconfig": text}},
            "samples": {"type": "seq", "sequence": [text]},
        },
    }
    module = yaml.safe_load((folder / "zephyr/module.yml").read_text())
    pykwalify.core.Core(source_data=module, schema_data=schema).validate()
    assert (folder / module["build"]["cmake"] / "CMakeLists.txt").is_file()
    sample = yaml.safe_load((folder / "samples/inference/sample.yaml").read_text())
    assert all(name.startswith("sample.") for name in sample["tests"])

    # Of Zephyr's own, what the module and the sample name.
    own = "".join(
        f"config {name}\n\t{kind}\n"
        for name, kind in [
            ("REQUIRES_FULL_LIBC", "bool"),
            ("CONSOLE_SUBSYS", 'bool "console"'),
            ("CONSOLE_GETCHAR", 'bool "characters"'),
            ("CBPRINTF_FP_SUPPORT", 'bool "floats"'),
            ("MAIN_STACK_SIZE", 'int "stack"'),
        ]
    )
    with tempfile.NamedTemporaryFile("w", suffix=".kconfig") as file:
        file.write(f'{own}source "{folder / module["build"]["kconfig"]}"\n')
        file.flush()
        tree = kconfiglib.Kconfig(file.name)
        tree.load_config(str(folder / "samples/inference/prj.conf"))
    assert not tree.warnings, tree.warnings
    assert tree.syms["WASMOTE"].str_value == "y" and tree.syms["REQUIRES_FULL_LIBC"].str_value == "y"


checks = {"platformio": check_platformio, "zephyr": check_zephyr, "esp-idf": check_esp_idf}
checks[sys.argv[1]](Path(sys.argv[2]))
print(f"{sys.argv[1]}: taken")
