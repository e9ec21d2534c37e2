#include "values.h"

#include <string.h>

napi_value value_from_slot(napi_env env, M3ValueType type, const uint64_t *slot)
{
    napi_value value = NULL;
    int32_t i32;
    int64_t i64;
    float f32;
    double f64;

    switch (type)
    {
    case c_m3Type_i32: memcpy(&i32, slot, sizeof i32); napi_create_int32(env, i32, &value); break;
    case c_m3Type_i64: memcpy(&i64, slot, sizeof i64); napi_create_bigint_int64(env, i64, &value); break;
    case c_m3Type_f32: memcpy(&f32, slot, sizeof f32); napi_create_double(env, f32, &value); break;
    case c_m3Type_f64: memcpy(&f64, slot, sizeof f64); napi_create_double(env, f64, &value); break;
    default: break;
    }
    return value;
}

bool value_to_slot(napi_env env, napi_value value, M3ValueType type, uint64_t *slot)
{
    int32_t i32;
    int64_t i64;
    float f32;
    double f64;
    bool lossless;

    switch (type)
    {
    case c_m3Type_i32:
        if (napi_get_value_int32(env, value, &i32) != napi_ok) return false;
        memcpy(slot, &i32, sizeof i32);
        return true;
    case c_m3Type_i64:
        if (napi_get_value_bigint_int64(env, value, &i64, &lossless) != napi_ok) return false;
        memcpy(slot, &i64, sizeof i64);
        return true;
    case c_m3Type_f32:
        if (napi_get_value_double(env, value, &f64) != napi_ok) return false;
        f32 = (float) f64;
        memcpy(slot, &f32, sizeof f32);
        return true;
    case c_m3Type_f64:
        if (napi_get_value_double(env, value, &f64) != napi_ok) return false;
        memcpy(slot, &f64, sizeof f64);
        return true;
    default:
        return false;
    }
}

const char *value_type_name(M3ValueType type)
{
    static const char *const names[] = { "nothing", "i32", "i64", "f32", "f64" };
    return (unsigned) type < 5 ? names[type] : "unknown";
}
