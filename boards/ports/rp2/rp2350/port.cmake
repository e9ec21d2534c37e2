# RP2350: nothing besides what it has in common with the RP2040.
include("${port}/../rp2.cmake")
