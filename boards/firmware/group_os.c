/* Group 0, OS: echo, reset, parameters, info. */
#include "../link/frame.h"
#include "../link/smp.h"
#include "../ports/port.h"
#include "permission.h"

static void echo(cbor_reader request, cbor_writer *answer)
{
    cbor_reader at;
    const uint8_t *text;
    uint32_t length;
    if (!cbor_find(request, "d", &at) || !cbor_read_string(&at, cborText, &text, &length))
    {
        smp_error(answer, smpInvalid);
        return;
    }
    cbor_head(answer, cborMap, 1);
    cbor_text(answer, "r");
    cbor_string(answer, cborText, text, length);
}

/* Ports that know how to start a boot loader define this. */
__attribute__((weak)) bool port_request_boot_loader(void)
{
    return false;
}

/* `boot_mode`, where it is there: 0 starts the firmware anew, 1 the boot loader. */
static void reset(cbor_reader request, cbor_writer *answer)
{
    cbor_reader at;
    uint32_t mode = 0;
    if (cbor_find(request, "boot_mode", &at) && (!cbor_read_u32(&at, &mode) || mode > 1))
    {
        smp_error(answer, smpInvalid);
        return;
    }
    const model_error error = mode == 1 ? permission_to_change() : modelOk;
    if (error)
    {
        smp_model_error(answer, error);
        return;
    }
    if (mode == 1 && !port_request_boot_loader())
    {
        smp_error(answer, smpNotSupported);
        return;
    }
    cbor_head(answer, cborMap, 0);
    smp_reset_afterwards();
}

static void parameters(cbor_reader request, cbor_writer *answer)
{
    (void) request;
    cbor_head(answer, cborMap, 2);
    cbor_pair(answer, "buf_size", LINK_MTU);
    cbor_pair(answer, "buf_count", 1);
}

static void info(cbor_reader request, cbor_writer *answer)
{
    (void) request;
    cbor_head(answer, cborMap, 1);
    cbor_text(answer, "output");
    cbor_text(answer, "wasmote " BOARD_NAME);
}

const smp_command os_commands[] = {
    { groupOs, 0, opWrite, echo },
    { groupOs, 5, opWrite, reset },
    { groupOs, 6, opRead, parameters },
    { groupOs, 7, opRead, info },
};
const uint32_t osCommandCount = sizeof os_commands / sizeof os_commands[0];
