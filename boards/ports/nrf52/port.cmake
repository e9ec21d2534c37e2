# nRF52: the UART can be on any pin; the board's file says which.
require_fields(link.transmitPin link.receivePin)
