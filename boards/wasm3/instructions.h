/*
 * wasm3's instructions. Written by test/boards/instructions.test.ts (WASMOTE_GOLDEN=write) from wasm3's own table.
 *
 * Operations and compilers are in the lists before: an instruction says where its first of four operations is, others may
 * begin before or behind it, and which compiler it has. superinstructions.c makes tables of them.
 */
#ifndef WASMOTE_INSTRUCTIONS_H
#define WASMOTE_INSTRUCTIONS_H

#define WASM3_COMPILERS(EACH, EACH_OF_FLOATS) \
    EACH(NULL) \
    EACH(Compile_Unreachable) \
    EACH(Compile_Nop) \
    EACH(Compile_LoopOrBlock) \
    EACH(Compile_If) \
    EACH(Compile_End) \
    EACH(Compile_Branch) \
    EACH(Compile_BranchTable) \
    EACH(Compile_Return) \
    EACH(Compile_Call) \
    EACH(Compile_CallIndirect) \
    EACH(Compile_Drop) \
    EACH(Compile_Select) \
    EACH(Compile_GetLocal) \
    EACH(Compile_SetLocal) \
    EACH(Compile_GetSetGlobal) \
    EACH(Compile_Load_Store) \
    EACH(Compile_Memory_Size) \
    EACH(Compile_Memory_Grow) \
    EACH(Compile_Const_i32) \
    EACH(Compile_Const_i64) \
    EACH_OF_FLOATS(Compile_Const_f32) \
    EACH_OF_FLOATS(Compile_Const_f64) \
    EACH(Compile_Convert) \
    EACH(Compile_ExtendedOpcode) \
    EACH(Compile_Memory_CopyFill)

#define WASM3_OPERATIONS(EACH, EACH_OF_FLOATS) \
    EACH_OF_FLOATS(op_f32_Store_f32_rs) \
    EACH_OF_FLOATS(op_f32_Store_f32_sr) \
    EACH_OF_FLOATS(op_f32_Store_f32_ss) \
    EACH_OF_FLOATS(op_f32_Store_f32_rr) \
    EACH_OF_FLOATS(op_f64_Store_f64_rs) \
    EACH_OF_FLOATS(op_f64_Store_f64_sr) \
    EACH_OF_FLOATS(op_f64_Store_f64_ss) \
    EACH_OF_FLOATS(op_f64_Store_f64_rr) \
    EACH_OF_FLOATS(op_i32_Trunc_f32_r_r) \
    EACH_OF_FLOATS(op_i32_Trunc_f32_r_s) \
    EACH_OF_FLOATS(op_i32_Trunc_f32_s_r) \
    EACH_OF_FLOATS(op_i32_Trunc_f32_s_s) \
    EACH_OF_FLOATS(op_u32_Trunc_f32_r_r) \
    EACH_OF_FLOATS(op_u32_Trunc_f32_r_s) \
    EACH_OF_FLOATS(op_u32_Trunc_f32_s_r) \
    EACH_OF_FLOATS(op_u32_Trunc_f32_s_s) \
    EACH_OF_FLOATS(op_i32_Trunc_f64_r_r) \
    EACH_OF_FLOATS(op_i32_Trunc_f64_r_s) \
    EACH_OF_FLOATS(op_i32_Trunc_f64_s_r) \
    EACH_OF_FLOATS(op_i32_Trunc_f64_s_s) \
    EACH_OF_FLOATS(op_u32_Trunc_f64_r_r) \
    EACH_OF_FLOATS(op_u32_Trunc_f64_r_s) \
    EACH_OF_FLOATS(op_u32_Trunc_f64_s_r) \
    EACH_OF_FLOATS(op_u32_Trunc_f64_s_s) \
    EACH_OF_FLOATS(op_i64_Trunc_f32_r_r) \
    EACH_OF_FLOATS(op_i64_Trunc_f32_r_s) \
    EACH_OF_FLOATS(op_i64_Trunc_f32_s_r) \
    EACH_OF_FLOATS(op_i64_Trunc_f32_s_s) \
    EACH_OF_FLOATS(op_u64_Trunc_f32_r_r) \
    EACH_OF_FLOATS(op_u64_Trunc_f32_r_s) \
    EACH_OF_FLOATS(op_u64_Trunc_f32_s_r) \
    EACH_OF_FLOATS(op_u64_Trunc_f32_s_s) \
    EACH_OF_FLOATS(op_i64_Trunc_f64_r_r) \
    EACH_OF_FLOATS(op_i64_Trunc_f64_r_s) \
    EACH_OF_FLOATS(op_i64_Trunc_f64_s_r) \
    EACH_OF_FLOATS(op_i64_Trunc_f64_s_s) \
    EACH_OF_FLOATS(op_u64_Trunc_f64_r_r) \
    EACH_OF_FLOATS(op_u64_Trunc_f64_r_s) \
    EACH_OF_FLOATS(op_u64_Trunc_f64_s_r) \
    EACH_OF_FLOATS(op_u64_Trunc_f64_s_s) \
    EACH_OF_FLOATS(op_f32_Convert_i32_r_r) \
    EACH_OF_FLOATS(op_f32_Convert_i32_r_s) \
    EACH_OF_FLOATS(op_f32_Convert_i32_s_r) \
    EACH_OF_FLOATS(op_f32_Convert_i32_s_s) \
    EACH_OF_FLOATS(op_f32_Convert_u32_r_r) \
    EACH_OF_FLOATS(op_f32_Convert_u32_r_s) \
    EACH_OF_FLOATS(op_f32_Convert_u32_s_r) \
    EACH_OF_FLOATS(op_f32_Convert_u32_s_s) \
    EACH_OF_FLOATS(op_f32_Convert_i64_r_r) \
    EACH_OF_FLOATS(op_f32_Convert_i64_r_s) \
    EACH_OF_FLOATS(op_f32_Convert_i64_s_r) \
    EACH_OF_FLOATS(op_f32_Convert_i64_s_s) \
    EACH_OF_FLOATS(op_f32_Convert_u64_r_r) \
    EACH_OF_FLOATS(op_f32_Convert_u64_r_s) \
    EACH_OF_FLOATS(op_f32_Convert_u64_s_r) \
    EACH_OF_FLOATS(op_f32_Convert_u64_s_s) \
    EACH_OF_FLOATS(op_f64_Convert_i32_r_r) \
    EACH_OF_FLOATS(op_f64_Convert_i32_r_s) \
    EACH_OF_FLOATS(op_f64_Convert_i32_s_r) \
    EACH_OF_FLOATS(op_f64_Convert_i32_s_s) \
    EACH_OF_FLOATS(op_f64_Convert_u32_r_r) \
    EACH_OF_FLOATS(op_f64_Convert_u32_r_s) \
    EACH_OF_FLOATS(op_f64_Convert_u32_s_r) \
    EACH_OF_FLOATS(op_f64_Convert_u32_s_s) \
    EACH_OF_FLOATS(op_f64_Convert_i64_r_r) \
    EACH_OF_FLOATS(op_f64_Convert_i64_r_s) \
    EACH_OF_FLOATS(op_f64_Convert_i64_s_r) \
    EACH_OF_FLOATS(op_f64_Convert_i64_s_s) \
    EACH_OF_FLOATS(op_f64_Convert_u64_r_r) \
    EACH_OF_FLOATS(op_f64_Convert_u64_r_s) \
    EACH_OF_FLOATS(op_f64_Convert_u64_s_r) \
    EACH_OF_FLOATS(op_f64_Convert_u64_s_s) \
    EACH_OF_FLOATS(op_i32_Reinterpret_f32_r_r) \
    EACH_OF_FLOATS(op_i32_Reinterpret_f32_r_s) \
    EACH_OF_FLOATS(op_i32_Reinterpret_f32_s_r) \
    EACH_OF_FLOATS(op_i32_Reinterpret_f32_s_s) \
    EACH_OF_FLOATS(op_i64_Reinterpret_f64_r_r) \
    EACH_OF_FLOATS(op_i64_Reinterpret_f64_r_s) \
    EACH_OF_FLOATS(op_i64_Reinterpret_f64_s_r) \
    EACH_OF_FLOATS(op_i64_Reinterpret_f64_s_s) \
    EACH_OF_FLOATS(op_f32_Reinterpret_i32_r_r) \
    EACH_OF_FLOATS(op_f32_Reinterpret_i32_r_s) \
    EACH_OF_FLOATS(op_f32_Reinterpret_i32_s_r) \
    EACH_OF_FLOATS(op_f32_Reinterpret_i32_s_s) \
    EACH_OF_FLOATS(op_f64_Reinterpret_i64_r_r) \
    EACH_OF_FLOATS(op_f64_Reinterpret_i64_r_s) \
    EACH_OF_FLOATS(op_f64_Reinterpret_i64_s_r) \
    EACH_OF_FLOATS(op_f64_Reinterpret_i64_s_s) \
    EACH_OF_FLOATS(op_i32_TruncSat_f32_r_r) \
    EACH_OF_FLOATS(op_i32_TruncSat_f32_r_s) \
    EACH_OF_FLOATS(op_i32_TruncSat_f32_s_r) \
    EACH_OF_FLOATS(op_i32_TruncSat_f32_s_s) \
    EACH_OF_FLOATS(op_u32_TruncSat_f32_r_r) \
    EACH_OF_FLOATS(op_u32_TruncSat_f32_r_s) \
    EACH_OF_FLOATS(op_u32_TruncSat_f32_s_r) \
    EACH_OF_FLOATS(op_u32_TruncSat_f32_s_s) \
    EACH_OF_FLOATS(op_i32_TruncSat_f64_r_r) \
    EACH_OF_FLOATS(op_i32_TruncSat_f64_r_s) \
    EACH_OF_FLOATS(op_i32_TruncSat_f64_s_r) \
    EACH_OF_FLOATS(op_i32_TruncSat_f64_s_s) \
    EACH_OF_FLOATS(op_u32_TruncSat_f64_r_r) \
    EACH_OF_FLOATS(op_u32_TruncSat_f64_r_s) \
    EACH_OF_FLOATS(op_u32_TruncSat_f64_s_r) \
    EACH_OF_FLOATS(op_u32_TruncSat_f64_s_s) \
    EACH_OF_FLOATS(op_i64_TruncSat_f32_r_r) \
    EACH_OF_FLOATS(op_i64_TruncSat_f32_r_s) \
    EACH_OF_FLOATS(op_i64_TruncSat_f32_s_r) \
    EACH_OF_FLOATS(op_i64_TruncSat_f32_s_s) \
    EACH_OF_FLOATS(op_u64_TruncSat_f32_r_r) \
    EACH_OF_FLOATS(op_u64_TruncSat_f32_r_s) \
    EACH_OF_FLOATS(op_u64_TruncSat_f32_s_r) \
    EACH_OF_FLOATS(op_u64_TruncSat_f32_s_s) \
    EACH_OF_FLOATS(op_i64_TruncSat_f64_r_r) \
    EACH_OF_FLOATS(op_i64_TruncSat_f64_r_s) \
    EACH_OF_FLOATS(op_i64_TruncSat_f64_s_r) \
    EACH_OF_FLOATS(op_i64_TruncSat_f64_s_s) \
    EACH_OF_FLOATS(op_u64_TruncSat_f64_r_r) \
    EACH_OF_FLOATS(op_u64_TruncSat_f64_r_s) \
    EACH_OF_FLOATS(op_u64_TruncSat_f64_s_r) \
    EACH_OF_FLOATS(op_u64_TruncSat_f64_s_s) \
    EACH(op_i32_Store_i32_rs) \
    EACH(op_i32_Store_i32_sr) \
    EACH(op_i32_Store_i32_ss) \
    EACH(op_i64_Store_i64_rs) \
    EACH(op_i64_Store_i64_sr) \
    EACH(op_i64_Store_i64_ss) \
    EACH(op_i32_Store_u8_rs) \
    EACH(op_i32_Store_u8_sr) \
    EACH(op_i32_Store_u8_ss) \
    EACH(op_i32_Store_i16_rs) \
    EACH(op_i32_Store_i16_sr) \
    EACH(op_i32_Store_i16_ss) \
    EACH(op_i64_Store_u8_rs) \
    EACH(op_i64_Store_u8_sr) \
    EACH(op_i64_Store_u8_ss) \
    EACH(op_i64_Store_i16_rs) \
    EACH(op_i64_Store_i16_sr) \
    EACH(op_i64_Store_i16_ss) \
    EACH(op_i64_Store_i32_rs) \
    EACH(op_i64_Store_i32_sr) \
    EACH(op_i64_Store_i32_ss) \
    EACH(op_i32_Equal_rs) \
    EACH(NULL) \
    EACH(op_i32_Equal_ss) \
    EACH(op_i32_NotEqual_rs) \
    EACH(NULL) \
    EACH(op_i32_NotEqual_ss) \
    EACH(op_i32_LessThan_rs) \
    EACH(op_i32_LessThan_sr) \
    EACH(op_i32_LessThan_ss) \
    EACH(op_u32_LessThan_rs) \
    EACH(op_u32_LessThan_sr) \
    EACH(op_u32_LessThan_ss) \
    EACH(op_i32_GreaterThan_rs) \
    EACH(op_i32_GreaterThan_sr) \
    EACH(op_i32_GreaterThan_ss) \
    EACH(op_u32_GreaterThan_rs) \
    EACH(op_u32_GreaterThan_sr) \
    EACH(op_u32_GreaterThan_ss) \
    EACH(op_i32_LessThanOrEqual_rs) \
    EACH(op_i32_LessThanOrEqual_sr) \
    EACH(op_i32_LessThanOrEqual_ss) \
    EACH(op_u32_LessThanOrEqual_rs) \
    EACH(op_u32_LessThanOrEqual_sr) \
    EACH(op_u32_LessThanOrEqual_ss) \
    EACH(op_i32_GreaterThanOrEqual_rs) \
    EACH(op_i32_GreaterThanOrEqual_sr) \
    EACH(op_i32_GreaterThanOrEqual_ss) \
    EACH(op_u32_GreaterThanOrEqual_rs) \
    EACH(op_u32_GreaterThanOrEqual_sr) \
    EACH(op_u32_GreaterThanOrEqual_ss) \
    EACH(op_i64_Equal_rs) \
    EACH(NULL) \
    EACH(op_i64_Equal_ss) \
    EACH(op_i64_NotEqual_rs) \
    EACH(NULL) \
    EACH(op_i64_NotEqual_ss) \
    EACH(op_i64_LessThan_rs) \
    EACH(op_i64_LessThan_sr) \
    EACH(op_i64_LessThan_ss) \
    EACH(op_u64_LessThan_rs) \
    EACH(op_u64_LessThan_sr) \
    EACH(op_u64_LessThan_ss) \
    EACH(op_i64_GreaterThan_rs) \
    EACH(op_i64_GreaterThan_sr) \
    EACH(op_i64_GreaterThan_ss) \
    EACH(op_u64_GreaterThan_rs) \
    EACH(op_u64_GreaterThan_sr) \
    EACH(op_u64_GreaterThan_ss) \
    EACH(op_i64_LessThanOrEqual_rs) \
    EACH(op_i64_LessThanOrEqual_sr) \
    EACH(op_i64_LessThanOrEqual_ss) \
    EACH(op_u64_LessThanOrEqual_rs) \
    EACH(op_u64_LessThanOrEqual_sr) \
    EACH(op_u64_LessThanOrEqual_ss) \
    EACH(op_i64_GreaterThanOrEqual_rs) \
    EACH(op_i64_GreaterThanOrEqual_sr) \
    EACH(op_i64_GreaterThanOrEqual_ss) \
    EACH(op_u64_GreaterThanOrEqual_rs) \
    EACH(op_u64_GreaterThanOrEqual_sr) \
    EACH(op_u64_GreaterThanOrEqual_ss) \
    EACH_OF_FLOATS(op_f32_Equal_rs) \
    EACH(NULL) \
    EACH_OF_FLOATS(op_f32_Equal_ss) \
    EACH_OF_FLOATS(op_f32_NotEqual_rs) \
    EACH(NULL) \
    EACH_OF_FLOATS(op_f32_NotEqual_ss) \
    EACH_OF_FLOATS(op_f32_LessThan_rs) \
    EACH_OF_FLOATS(op_f32_LessThan_sr) \
    EACH_OF_FLOATS(op_f32_LessThan_ss) \
    EACH_OF_FLOATS(op_f32_GreaterThan_rs) \
    EACH_OF_FLOATS(op_f32_GreaterThan_sr) \
    EACH_OF_FLOATS(op_f32_GreaterThan_ss) \
    EACH_OF_FLOATS(op_f32_LessThanOrEqual_rs) \
    EACH_OF_FLOATS(op_f32_LessThanOrEqual_sr) \
    EACH_OF_FLOATS(op_f32_LessThanOrEqual_ss) \
    EACH_OF_FLOATS(op_f32_GreaterThanOrEqual_rs) \
    EACH_OF_FLOATS(op_f32_GreaterThanOrEqual_sr) \
    EACH_OF_FLOATS(op_f32_GreaterThanOrEqual_ss) \
    EACH_OF_FLOATS(op_f64_Equal_rs) \
    EACH(NULL) \
    EACH_OF_FLOATS(op_f64_Equal_ss) \
    EACH_OF_FLOATS(op_f64_NotEqual_rs) \
    EACH(NULL) \
    EACH_OF_FLOATS(op_f64_NotEqual_ss) \
    EACH_OF_FLOATS(op_f64_LessThan_rs) \
    EACH_OF_FLOATS(op_f64_LessThan_sr) \
    EACH_OF_FLOATS(op_f64_LessThan_ss) \
    EACH_OF_FLOATS(op_f64_GreaterThan_rs) \
    EACH_OF_FLOATS(op_f64_GreaterThan_sr) \
    EACH_OF_FLOATS(op_f64_GreaterThan_ss) \
    EACH_OF_FLOATS(op_f64_LessThanOrEqual_rs) \
    EACH_OF_FLOATS(op_f64_LessThanOrEqual_sr) \
    EACH_OF_FLOATS(op_f64_LessThanOrEqual_ss) \
    EACH_OF_FLOATS(op_f64_GreaterThanOrEqual_rs) \
    EACH_OF_FLOATS(op_f64_GreaterThanOrEqual_sr) \
    EACH_OF_FLOATS(op_f64_GreaterThanOrEqual_ss) \
    EACH(op_i32_Add_rs) \
    EACH(NULL) \
    EACH(op_i32_Add_ss) \
    EACH(op_i32_Subtract_rs) \
    EACH(op_i32_Subtract_sr) \
    EACH(op_i32_Subtract_ss) \
    EACH(op_i32_Multiply_rs) \
    EACH(NULL) \
    EACH(op_i32_Multiply_ss) \
    EACH(op_i32_Divide_rs) \
    EACH(op_i32_Divide_sr) \
    EACH(op_i32_Divide_ss) \
    EACH(op_u32_Divide_rs) \
    EACH(op_u32_Divide_sr) \
    EACH(op_u32_Divide_ss) \
    EACH(op_i32_Remainder_rs) \
    EACH(op_i32_Remainder_sr) \
    EACH(op_i32_Remainder_ss) \
    EACH(op_u32_Remainder_rs) \
    EACH(op_u32_Remainder_sr) \
    EACH(op_u32_Remainder_ss) \
    EACH(op_u32_And_rs) \
    EACH(NULL) \
    EACH(op_u32_And_ss) \
    EACH(op_u32_Or_rs) \
    EACH(NULL) \
    EACH(op_u32_Or_ss) \
    EACH(op_u32_Xor_rs) \
    EACH(NULL) \
    EACH(op_u32_Xor_ss) \
    EACH(op_u32_ShiftLeft_rs) \
    EACH(op_u32_ShiftLeft_sr) \
    EACH(op_u32_ShiftLeft_ss) \
    EACH(op_i32_ShiftRight_rs) \
    EACH(op_i32_ShiftRight_sr) \
    EACH(op_i32_ShiftRight_ss) \
    EACH(op_u32_ShiftRight_rs) \
    EACH(op_u32_ShiftRight_sr) \
    EACH(op_u32_ShiftRight_ss) \
    EACH(op_u32_Rotl_rs) \
    EACH(op_u32_Rotl_sr) \
    EACH(op_u32_Rotl_ss) \
    EACH(op_u32_Rotr_rs) \
    EACH(op_u32_Rotr_sr) \
    EACH(op_u32_Rotr_ss) \
    EACH(op_i64_Add_rs) \
    EACH(NULL) \
    EACH(op_i64_Add_ss) \
    EACH(op_i64_Subtract_rs) \
    EACH(op_i64_Subtract_sr) \
    EACH(op_i64_Subtract_ss) \
    EACH(op_i64_Multiply_rs) \
    EACH(NULL) \
    EACH(op_i64_Multiply_ss) \
    EACH(op_i64_Divide_rs) \
    EACH(op_i64_Divide_sr) \
    EACH(op_i64_Divide_ss) \
    EACH(op_u64_Divide_rs) \
    EACH(op_u64_Divide_sr) \
    EACH(op_u64_Divide_ss) \
    EACH(op_i64_Remainder_rs) \
    EACH(op_i64_Remainder_sr) \
    EACH(op_i64_Remainder_ss) \
    EACH(op_u64_Remainder_rs) \
    EACH(op_u64_Remainder_sr) \
    EACH(op_u64_Remainder_ss) \
    EACH(op_u64_And_rs) \
    EACH(NULL) \
    EACH(op_u64_And_ss) \
    EACH(op_u64_Or_rs) \
    EACH(NULL) \
    EACH(op_u64_Or_ss) \
    EACH(op_u64_Xor_rs) \
    EACH(NULL) \
    EACH(op_u64_Xor_ss) \
    EACH(op_u64_ShiftLeft_rs) \
    EACH(op_u64_ShiftLeft_sr) \
    EACH(op_u64_ShiftLeft_ss) \
    EACH(op_i64_ShiftRight_rs) \
    EACH(op_i64_ShiftRight_sr) \
    EACH(op_i64_ShiftRight_ss) \
    EACH(op_u64_ShiftRight_rs) \
    EACH(op_u64_ShiftRight_sr) \
    EACH(op_u64_ShiftRight_ss) \
    EACH(op_u64_Rotl_rs) \
    EACH(op_u64_Rotl_sr) \
    EACH(op_u64_Rotl_ss) \
    EACH(op_u64_Rotr_rs) \
    EACH(op_u64_Rotr_sr) \
    EACH(op_u64_Rotr_ss) \
    EACH_OF_FLOATS(op_f32_Add_rs) \
    EACH(NULL) \
    EACH_OF_FLOATS(op_f32_Add_ss) \
    EACH_OF_FLOATS(op_f32_Subtract_rs) \
    EACH_OF_FLOATS(op_f32_Subtract_sr) \
    EACH_OF_FLOATS(op_f32_Subtract_ss) \
    EACH_OF_FLOATS(op_f32_Multiply_rs) \
    EACH(NULL) \
    EACH_OF_FLOATS(op_f32_Multiply_ss) \
    EACH_OF_FLOATS(op_f32_Divide_rs) \
    EACH_OF_FLOATS(op_f32_Divide_sr) \
    EACH_OF_FLOATS(op_f32_Divide_ss) \
    EACH_OF_FLOATS(op_f32_Min_rs) \
    EACH(NULL) \
    EACH_OF_FLOATS(op_f32_Min_ss) \
    EACH_OF_FLOATS(op_f32_Max_rs) \
    EACH(NULL) \
    EACH_OF_FLOATS(op_f32_Max_ss) \
    EACH_OF_FLOATS(op_f32_CopySign_rs) \
    EACH_OF_FLOATS(op_f32_CopySign_sr) \
    EACH_OF_FLOATS(op_f32_CopySign_ss) \
    EACH_OF_FLOATS(op_f64_Add_rs) \
    EACH(NULL) \
    EACH_OF_FLOATS(op_f64_Add_ss) \
    EACH_OF_FLOATS(op_f64_Subtract_rs) \
    EACH_OF_FLOATS(op_f64_Subtract_sr) \
    EACH_OF_FLOATS(op_f64_Subtract_ss) \
    EACH_OF_FLOATS(op_f64_Multiply_rs) \
    EACH(NULL) \
    EACH_OF_FLOATS(op_f64_Multiply_ss) \
    EACH_OF_FLOATS(op_f64_Divide_rs) \
    EACH_OF_FLOATS(op_f64_Divide_sr) \
    EACH_OF_FLOATS(op_f64_Divide_ss) \
    EACH_OF_FLOATS(op_f64_Min_rs) \
    EACH(NULL) \
    EACH_OF_FLOATS(op_f64_Min_ss) \
    EACH_OF_FLOATS(op_f64_Max_rs) \
    EACH(NULL) \
    EACH_OF_FLOATS(op_f64_Max_ss) \
    EACH_OF_FLOATS(op_f64_CopySign_rs) \
    EACH_OF_FLOATS(op_f64_CopySign_sr) \
    EACH_OF_FLOATS(op_f64_CopySign_ss) \
    EACH(op_i32_Load_i32_r) \
    EACH(op_i32_Load_i32_s) \
    EACH(op_i64_Load_i64_r) \
    EACH(op_i64_Load_i64_s) \
    EACH_OF_FLOATS(op_f32_Load_f32_r) \
    EACH_OF_FLOATS(op_f32_Load_f32_s) \
    EACH_OF_FLOATS(op_f64_Load_f64_r) \
    EACH_OF_FLOATS(op_f64_Load_f64_s) \
    EACH(op_i32_Load_i8_r) \
    EACH(op_i32_Load_i8_s) \
    EACH(op_i32_Load_u8_r) \
    EACH(op_i32_Load_u8_s) \
    EACH(op_i32_Load_i16_r) \
    EACH(op_i32_Load_i16_s) \
    EACH(op_i32_Load_u16_r) \
    EACH(op_i32_Load_u16_s) \
    EACH(op_i64_Load_i8_r) \
    EACH(op_i64_Load_i8_s) \
    EACH(op_i64_Load_u8_r) \
    EACH(op_i64_Load_u8_s) \
    EACH(op_i64_Load_i16_r) \
    EACH(op_i64_Load_i16_s) \
    EACH(op_i64_Load_u16_r) \
    EACH(op_i64_Load_u16_s) \
    EACH(op_i64_Load_i32_r) \
    EACH(op_i64_Load_i32_s) \
    EACH(op_i64_Load_u32_r) \
    EACH(op_i64_Load_u32_s) \
    EACH(op_i32_EqualToZero_r) \
    EACH(op_i32_EqualToZero_s) \
    EACH(op_i64_EqualToZero_r) \
    EACH(op_i64_EqualToZero_s) \
    EACH(op_u32_Clz_r) \
    EACH(op_u32_Clz_s) \
    EACH(op_u32_Ctz_r) \
    EACH(op_u32_Ctz_s) \
    EACH(op_u32_Popcnt_r) \
    EACH(op_u32_Popcnt_s) \
    EACH(op_u64_Clz_r) \
    EACH(op_u64_Clz_s) \
    EACH(op_u64_Ctz_r) \
    EACH(op_u64_Ctz_s) \
    EACH(op_u64_Popcnt_r) \
    EACH(op_u64_Popcnt_s) \
    EACH_OF_FLOATS(op_f32_Abs_r) \
    EACH_OF_FLOATS(op_f32_Abs_s) \
    EACH_OF_FLOATS(op_f32_Negate_r) \
    EACH_OF_FLOATS(op_f32_Negate_s) \
    EACH_OF_FLOATS(op_f32_Ceil_r) \
    EACH_OF_FLOATS(op_f32_Ceil_s) \
    EACH_OF_FLOATS(op_f32_Floor_r) \
    EACH_OF_FLOATS(op_f32_Floor_s) \
    EACH_OF_FLOATS(op_f32_Trunc_r) \
    EACH_OF_FLOATS(op_f32_Trunc_s) \
    EACH_OF_FLOATS(op_f32_Nearest_r) \
    EACH_OF_FLOATS(op_f32_Nearest_s) \
    EACH_OF_FLOATS(op_f32_Sqrt_r) \
    EACH_OF_FLOATS(op_f32_Sqrt_s) \
    EACH_OF_FLOATS(op_f64_Abs_r) \
    EACH_OF_FLOATS(op_f64_Abs_s) \
    EACH_OF_FLOATS(op_f64_Negate_r) \
    EACH_OF_FLOATS(op_f64_Negate_s) \
    EACH_OF_FLOATS(op_f64_Ceil_r) \
    EACH_OF_FLOATS(op_f64_Ceil_s) \
    EACH_OF_FLOATS(op_f64_Floor_r) \
    EACH_OF_FLOATS(op_f64_Floor_s) \
    EACH_OF_FLOATS(op_f64_Trunc_r) \
    EACH_OF_FLOATS(op_f64_Trunc_s) \
    EACH_OF_FLOATS(op_f64_Nearest_r) \
    EACH_OF_FLOATS(op_f64_Nearest_s) \
    EACH_OF_FLOATS(op_f64_Sqrt_r) \
    EACH_OF_FLOATS(op_f64_Sqrt_s) \
    EACH(op_i32_Wrap_i64_r) \
    EACH(op_i32_Wrap_i64_s) \
    EACH(op_i64_Extend_i32_r) \
    EACH(op_i64_Extend_i32_s) \
    EACH(op_i64_Extend_u32_r) \
    EACH(op_i64_Extend_u32_s) \
    EACH_OF_FLOATS(op_f32_Demote_f64_r) \
    EACH_OF_FLOATS(op_f32_Demote_f64_s) \
    EACH_OF_FLOATS(op_f64_Promote_f32_r) \
    EACH_OF_FLOATS(op_f64_Promote_f32_s) \
    EACH(op_i32_Extend8_s_r) \
    EACH(op_i32_Extend8_s_s) \
    EACH(op_i32_Extend16_s_r) \
    EACH(op_i32_Extend16_s_s) \
    EACH(op_i64_Extend8_s_r) \
    EACH(op_i64_Extend8_s_s) \
    EACH(op_i64_Extend16_s_r) \
    EACH(op_i64_Extend16_s_s) \
    EACH(op_i64_Extend32_s_r) \
    EACH(op_i64_Extend32_s_s) \
    EACH(NULL) \
    EACH(NULL)

/* Number, opcode, change of the operand stack, type, place of the operations, place of the compiler. */
#define WASM3_INSTRUCTIONS(EACH, EACH_OF_FLOATS) \
    EACH(1, 0x0, 0, 0, 0, 1) \
    EACH(2, 0x1, 0, 0, 0, 2) \
    EACH(3, 0x2, 0, 0, 0, 3) \
    EACH(4, 0x3, 0, 0, 0, 3) \
    EACH(5, 0x4, -1, 0, 0, 4) \
    EACH(6, 0x5, 0, 0, 0, 2) \
    EACH(7, 0xb, 0, 0, 0, 5) \
    EACH(8, 0xc, 0, 0, 0, 6) \
    EACH(9, 0xd, -1, 0, 0, 6) \
    EACH(10, 0xe, -1, 0, 0, 7) \
    EACH(11, 0xf, 0, 255, 0, 8) \
    EACH(12, 0x10, 0, 255, 0, 9) \
    EACH(13, 0x11, 0, 255, 0, 10) \
    EACH(14, 0x12, 0, 255, 0, 9) \
    EACH(15, 0x13, 0, 255, 0, 10) \
    EACH(16, 0x1a, -1, 0, 0, 11) \
    EACH(17, 0x1b, -2, 255, 0, 12) \
    EACH(18, 0x20, 1, 255, 0, 13) \
    EACH(19, 0x21, 1, 0, 0, 14) \
    EACH(20, 0x22, 0, 255, 0, 14) \
    EACH(21, 0x23, 1, 0, 0, 15) \
    EACH(22, 0x24, 1, 0, 0, 15) \
    EACH(23, 0x28, 0, 1, 369, 16) \
    EACH(24, 0x29, 0, 2, 371, 16) \
    EACH_OF_FLOATS(25, 0x2a, 0, 3, 373, 16) \
    EACH_OF_FLOATS(26, 0x2b, 0, 4, 375, 16) \
    EACH(27, 0x2c, 0, 1, 377, 16) \
    EACH(28, 0x2d, 0, 1, 379, 16) \
    EACH(29, 0x2e, 0, 1, 381, 16) \
    EACH(30, 0x2f, 0, 1, 383, 16) \
    EACH(31, 0x30, 0, 2, 385, 16) \
    EACH(32, 0x31, 0, 2, 387, 16) \
    EACH(33, 0x32, 0, 2, 389, 16) \
    EACH(34, 0x33, 0, 2, 391, 16) \
    EACH(35, 0x34, 0, 2, 393, 16) \
    EACH(36, 0x35, 0, 2, 395, 16) \
    EACH(37, 0x36, -2, 0, 120, 16) \
    EACH(38, 0x37, -2, 0, 123, 16) \
    EACH_OF_FLOATS(39, 0x38, -2, 0, 0, 16) \
    EACH_OF_FLOATS(40, 0x39, -2, 0, 4, 16) \
    EACH(41, 0x3a, -2, 0, 126, 16) \
    EACH(42, 0x3b, -2, 0, 129, 16) \
    EACH(43, 0x3c, -2, 0, 132, 16) \
    EACH(44, 0x3d, -2, 0, 135, 16) \
    EACH(45, 0x3e, -2, 0, 138, 16) \
    EACH(46, 0x3f, 1, 1, 0, 17) \
    EACH(47, 0x40, 1, 1, 0, 18) \
    EACH(48, 0x41, 1, 1, 0, 19) \
    EACH(49, 0x42, 1, 2, 0, 20) \
    EACH_OF_FLOATS(50, 0x43, 1, 3, 0, 21) \
    EACH_OF_FLOATS(51, 0x44, 1, 4, 0, 22) \
    EACH(52, 0x45, 0, 1, 397, 0) \
    EACH(53, 0x46, -1, 1, 141, 0) \
    EACH(54, 0x47, -1, 1, 144, 0) \
    EACH(55, 0x48, -1, 1, 147, 0) \
    EACH(56, 0x49, -1, 1, 150, 0) \
    EACH(57, 0x4a, -1, 1, 153, 0) \
    EACH(58, 0x4b, -1, 1, 156, 0) \
    EACH(59, 0x4c, -1, 1, 159, 0) \
    EACH(60, 0x4d, -1, 1, 162, 0) \
    EACH(61, 0x4e, -1, 1, 165, 0) \
    EACH(62, 0x4f, -1, 1, 168, 0) \
    EACH(63, 0x50, 0, 1, 399, 0) \
    EACH(64, 0x51, -1, 1, 171, 0) \
    EACH(65, 0x52, -1, 1, 174, 0) \
    EACH(66, 0x53, -1, 1, 177, 0) \
    EACH(67, 0x54, -1, 1, 180, 0) \
    EACH(68, 0x55, -1, 1, 183, 0) \
    EACH(69, 0x56, -1, 1, 186, 0) \
    EACH(70, 0x57, -1, 1, 189, 0) \
    EACH(71, 0x58, -1, 1, 192, 0) \
    EACH(72, 0x59, -1, 1, 195, 0) \
    EACH(73, 0x5a, -1, 1, 198, 0) \
    EACH_OF_FLOATS(74, 0x5b, -1, 1, 201, 0) \
    EACH_OF_FLOATS(75, 0x5c, -1, 1, 204, 0) \
    EACH_OF_FLOATS(76, 0x5d, -1, 1, 207, 0) \
    EACH_OF_FLOATS(77, 0x5e, -1, 1, 210, 0) \
    EACH_OF_FLOATS(78, 0x5f, -1, 1, 213, 0) \
    EACH_OF_FLOATS(79, 0x60, -1, 1, 216, 0) \
    EACH_OF_FLOATS(80, 0x61, -1, 1, 219, 0) \
    EACH_OF_FLOATS(81, 0x62, -1, 1, 222, 0) \
    EACH_OF_FLOATS(82, 0x63, -1, 1, 225, 0) \
    EACH_OF_FLOATS(83, 0x64, -1, 1, 228, 0) \
    EACH_OF_FLOATS(84, 0x65, -1, 1, 231, 0) \
    EACH_OF_FLOATS(85, 0x66, -1, 1, 234, 0) \
    EACH(86, 0x67, 0, 1, 401, 0) \
    EACH(87, 0x68, 0, 1, 403, 0) \
    EACH(88, 0x69, 0, 1, 405, 0) \
    EACH(89, 0x6a, -1, 1, 237, 0) \
    EACH(90, 0x6b, -1, 1, 240, 0) \
    EACH(91, 0x6c, -1, 1, 243, 0) \
    EACH(92, 0x6d, -1, 1, 246, 0) \
    EACH(93, 0x6e, -1, 1, 249, 0) \
    EACH(94, 0x6f, -1, 1, 252, 0) \
    EACH(95, 0x70, -1, 1, 255, 0) \
    EACH(96, 0x71, -1, 1, 258, 0) \
    EACH(97, 0x72, -1, 1, 261, 0) \
    EACH(98, 0x73, -1, 1, 264, 0) \
    EACH(99, 0x74, -1, 1, 267, 0) \
    EACH(100, 0x75, -1, 1, 270, 0) \
    EACH(101, 0x76, -1, 1, 273, 0) \
    EACH(102, 0x77, -1, 1, 276, 0) \
    EACH(103, 0x78, -1, 1, 279, 0) \
    EACH(104, 0x79, 0, 2, 407, 0) \
    EACH(105, 0x7a, 0, 2, 409, 0) \
    EACH(106, 0x7b, 0, 2, 411, 0) \
    EACH(107, 0x7c, -1, 2, 282, 0) \
    EACH(108, 0x7d, -1, 2, 285, 0) \
    EACH(109, 0x7e, -1, 2, 288, 0) \
    EACH(110, 0x7f, -1, 2, 291, 0) \
    EACH(111, 0x80, -1, 2, 294, 0) \
    EACH(112, 0x81, -1, 2, 297, 0) \
    EACH(113, 0x82, -1, 2, 300, 0) \
    EACH(114, 0x83, -1, 2, 303, 0) \
    EACH(115, 0x84, -1, 2, 306, 0) \
    EACH(116, 0x85, -1, 2, 309, 0) \
    EACH(117, 0x86, -1, 2, 312, 0) \
    EACH(118, 0x87, -1, 2, 315, 0) \
    EACH(119, 0x88, -1, 2, 318, 0) \
    EACH(120, 0x89, -1, 2, 321, 0) \
    EACH(121, 0x8a, -1, 2, 324, 0) \
    EACH_OF_FLOATS(122, 0x8b, 0, 3, 413, 0) \
    EACH_OF_FLOATS(123, 0x8c, 0, 3, 415, 0) \
    EACH_OF_FLOATS(124, 0x8d, 0, 3, 417, 0) \
    EACH_OF_FLOATS(125, 0x8e, 0, 3, 419, 0) \
    EACH_OF_FLOATS(126, 0x8f, 0, 3, 421, 0) \
    EACH_OF_FLOATS(127, 0x90, 0, 3, 423, 0) \
    EACH_OF_FLOATS(128, 0x91, 0, 3, 425, 0) \
    EACH_OF_FLOATS(129, 0x92, -1, 3, 327, 0) \
    EACH_OF_FLOATS(130, 0x93, -1, 3, 330, 0) \
    EACH_OF_FLOATS(131, 0x94, -1, 3, 333, 0) \
    EACH_OF_FLOATS(132, 0x95, -1, 3, 336, 0) \
    EACH_OF_FLOATS(133, 0x96, -1, 3, 339, 0) \
    EACH_OF_FLOATS(134, 0x97, -1, 3, 342, 0) \
    EACH_OF_FLOATS(135, 0x98, -1, 3, 345, 0) \
    EACH_OF_FLOATS(136, 0x99, 0, 4, 427, 0) \
    EACH_OF_FLOATS(137, 0x9a, 0, 4, 429, 0) \
    EACH_OF_FLOATS(138, 0x9b, 0, 4, 431, 0) \
    EACH_OF_FLOATS(139, 0x9c, 0, 4, 433, 0) \
    EACH_OF_FLOATS(140, 0x9d, 0, 4, 435, 0) \
    EACH_OF_FLOATS(141, 0x9e, 0, 4, 437, 0) \
    EACH_OF_FLOATS(142, 0x9f, 0, 4, 439, 0) \
    EACH_OF_FLOATS(143, 0xa0, -1, 4, 348, 0) \
    EACH_OF_FLOATS(144, 0xa1, -1, 4, 351, 0) \
    EACH_OF_FLOATS(145, 0xa2, -1, 4, 354, 0) \
    EACH_OF_FLOATS(146, 0xa3, -1, 4, 357, 0) \
    EACH_OF_FLOATS(147, 0xa4, -1, 4, 360, 0) \
    EACH_OF_FLOATS(148, 0xa5, -1, 4, 363, 0) \
    EACH_OF_FLOATS(149, 0xa6, -1, 4, 366, 0) \
    EACH(150, 0xa7, 0, 1, 441, 0) \
    EACH_OF_FLOATS(151, 0xa8, 0, 1, 8, 23) \
    EACH_OF_FLOATS(152, 0xa9, 0, 1, 12, 23) \
    EACH_OF_FLOATS(153, 0xaa, 0, 1, 16, 23) \
    EACH_OF_FLOATS(154, 0xab, 0, 1, 20, 23) \
    EACH(155, 0xac, 0, 2, 443, 0) \
    EACH(156, 0xad, 0, 2, 445, 0) \
    EACH_OF_FLOATS(157, 0xae, 0, 2, 24, 23) \
    EACH_OF_FLOATS(158, 0xaf, 0, 2, 28, 23) \
    EACH_OF_FLOATS(159, 0xb0, 0, 2, 32, 23) \
    EACH_OF_FLOATS(160, 0xb1, 0, 2, 36, 23) \
    EACH_OF_FLOATS(161, 0xb2, 0, 3, 40, 23) \
    EACH_OF_FLOATS(162, 0xb3, 0, 3, 44, 23) \
    EACH_OF_FLOATS(163, 0xb4, 0, 3, 48, 23) \
    EACH_OF_FLOATS(164, 0xb5, 0, 3, 52, 23) \
    EACH_OF_FLOATS(165, 0xb6, 0, 3, 447, 0) \
    EACH_OF_FLOATS(166, 0xb7, 0, 4, 56, 23) \
    EACH_OF_FLOATS(167, 0xb8, 0, 4, 60, 23) \
    EACH_OF_FLOATS(168, 0xb9, 0, 4, 64, 23) \
    EACH_OF_FLOATS(169, 0xba, 0, 4, 68, 23) \
    EACH_OF_FLOATS(170, 0xbb, 0, 4, 449, 0) \
    EACH_OF_FLOATS(171, 0xbc, 0, 1, 72, 23) \
    EACH_OF_FLOATS(172, 0xbd, 0, 2, 76, 23) \
    EACH_OF_FLOATS(173, 0xbe, 0, 3, 80, 23) \
    EACH_OF_FLOATS(174, 0xbf, 0, 4, 84, 23) \
    EACH(175, 0xc0, 0, 1, 451, 0) \
    EACH(176, 0xc1, 0, 1, 453, 0) \
    EACH(177, 0xc2, 0, 2, 455, 0) \
    EACH(178, 0xc3, 0, 2, 457, 0) \
    EACH(179, 0xc4, 0, 2, 459, 0) \
    EACH(180, 0xfc, 0, 5, 0, 24) \
    EACH_OF_FLOATS(181, 0xfc00, 0, 1, 88, 23) \
    EACH_OF_FLOATS(182, 0xfc01, 0, 1, 92, 23) \
    EACH_OF_FLOATS(183, 0xfc02, 0, 1, 96, 23) \
    EACH_OF_FLOATS(184, 0xfc03, 0, 1, 100, 23) \
    EACH_OF_FLOATS(185, 0xfc04, 0, 2, 104, 23) \
    EACH_OF_FLOATS(186, 0xfc05, 0, 2, 108, 23) \
    EACH_OF_FLOATS(187, 0xfc06, 0, 2, 112, 23) \
    EACH_OF_FLOATS(188, 0xfc07, 0, 2, 116, 23) \
    EACH(189, 0xfc0a, 0, 0, 0, 25) \
    EACH(190, 0xfc0b, 0, 0, 0, 25)

#endif
