import { existsSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join } from "node:path";

const types: Readonly<Record<string, string>> = {
  ".html": "text/html",
  ".js": "text/javascript",
  ".wasm": "application/wasm",
};

/** A server of a page and what it loads. */
export interface PageServer {
  url: string;
  /** What was loaded: paths, with their bytes. */
  readonly loaded: ReadonlyMap<string, number>;
  close(): void;
}

/**
 * Serves a page on this machine alone.
 *
 * @param files contents by path
 * @param folders folders by the prefix of the paths below which their scripts are served
 */
export async function servePage(
  files: Readonly<Record<string, string | Uint8Array>>,
  folders: Readonly<Record<string, string>>,
): Promise<PageServer> {
  const loaded = new Map<string, number>();
  const contentOf = (path: string): string | Uint8Array | undefined => {
    if (Object.hasOwn(files, path)) return files[path];
    const prefix = Object.keys(folders).find((known) => path.startsWith(known));
    if (prefix === undefined || !path.endsWith(".js")) return undefined;
    const file = join(folders[prefix] as string, path.slice(prefix.length));
    return existsSync(file) ? readFileSync(file) : undefined;
  };
  const server = createServer((request, response) => {
    const path = new URL(request.url ?? "/", "http://localhost").pathname;
    const content = contentOf(path);
    if (content === undefined) {
      response.writeHead(404).end();
      return;
    }
    loaded.set(path, Buffer.byteLength(content));
    response.writeHead(200, { "content-type": types[extname(path)] as string }).end(content);
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    loaded,
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}
