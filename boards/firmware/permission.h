/* Who may do what over the link: in firmware that runs signed models only, what changes the board takes a session. */
#ifndef WASMOTE_PERMISSION_H
#define WASMOTE_PERMISSION_H

#include "../abi/abi.h"

#ifdef WASMOTE_TRUST
#include "session.h"

enum { runsSignedOnly = 1 };

/* modelLocked where the board is not to be changed now. */
static inline model_error permission_to_change(void)
{
    return session_is_open() ? modelOk : modelLocked;
}

/* modelLocked where what the model works on is not to be read now: inputs and outputs are private, and no session is open. */
static inline model_error permission_to_read(void)
{
#ifdef WASMOTE_PRIVATE
    return session_is_open() ? modelOk : modelLocked;
#else
    return modelOk;
#endif
}
#else
enum { runsSignedOnly = 0 };

static inline model_error permission_to_change(void)
{
    return modelOk;
}

static inline model_error permission_to_read(void)
{
    return modelOk;
}
#endif

#endif
