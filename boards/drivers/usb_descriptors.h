/*
 * Descriptors of the serial line over USB.
 * Sources: USB 2.0, 9.6 (descriptors); USB CDC 1.2, 5.2 (functional descriptors), 4 (class codes); USB PSTN 1.2, 5.3;
 * "Interface Association Descriptor" ECN, 9.X and the class codes EF/02/01 that it asks for.
 */
#ifndef WASMOTE_USB_DESCRIPTORS_H
#define WASMOTE_USB_DESCRIPTORS_H

#include <stdint.h>

#include "usb_controller.h"

enum { descriptorDevice = 1, descriptorConfiguration = 2, descriptorString = 3, descriptorInterface = 4,
       descriptorEndpoint = 5, descriptorAssociation = 11, descriptorClassInterface = 0x24 };
enum { stringLanguages = 0, stringManufacturer = 1, stringProduct = 2, stringSerialNumber = 3 };
enum { controlInterface = 0, dataInterface = 1 };
enum { classCommunications = 2, classData = 10, classMiscellaneous = 0xef };
enum { abstractControlModel = 2, endpointBulk = 2, endpointInterrupt = 3 };
enum { busPowered = 0x80, halfMilliamperes = 100 / 2 };

/* What of the abstract control model's requests there is: SET_LINE_CODING and its kin, SEND_BREAK. */
enum { lineCodingAndState = 1 << 1, sendBreak = 1 << 2 };

#define USB_WORD(value) (value) & 0xff, (value) >> 8

static const uint8_t usbDevice[] = {
    18, descriptorDevice, USB_WORD(0x0200), classMiscellaneous, 2, 1, usbPacketBytes,
    USB_WORD(BOARD_USB_VENDOR), USB_WORD(BOARD_USB_PRODUCT), USB_WORD(0x0100),
    stringManufacturer, stringProduct, stringSerialNumber, 1,
};

enum { configurationBytes = 9 + 8 + 9 + 5 + 5 + 4 + 5 + 7 + 9 + 7 + 7 };

static const uint8_t usbConfiguration[] = {
    9, descriptorConfiguration, USB_WORD(configurationBytes), 2, 1, 0, busPowered, halfMilliamperes,

    8, descriptorAssociation, controlInterface, 2, classCommunications, abstractControlModel, 0, 0,

    9, descriptorInterface, controlInterface, 0, 1, classCommunications, abstractControlModel, 0, 0,
    5, descriptorClassInterface, 0, USB_WORD(0x0120),                           /* header */
    5, descriptorClassInterface, 1, 0, dataInterface,                           /* call management: none */
    4, descriptorClassInterface, 2, lineCodingAndState | sendBreak,             /* abstract control management */
    5, descriptorClassInterface, 6, controlInterface, dataInterface,            /* union */
    7, descriptorEndpoint, usbToHost | usbNotificationEndpoint, endpointInterrupt, USB_WORD(16), 16,

    9, descriptorInterface, dataInterface, 0, 2, classData, 0, 0, 0,
    7, descriptorEndpoint, usbDataEndpoint, endpointBulk, USB_WORD(usbPacketBytes), 0,
    7, descriptorEndpoint, usbToHost | usbDataEndpoint, endpointBulk, USB_WORD(usbPacketBytes), 0,
};
_Static_assert(sizeof usbConfiguration == configurationBytes, "wTotalLength");

static const uint8_t usbLanguages[] = { 4, descriptorString, USB_WORD(0x0409) };     /* English (United States) */
static const char usbManufacturer[] = "wasmote";
static const char usbProduct[] = "wasmote " BOARD_NAME;
_Static_assert(2 + 2 * (sizeof usbProduct - 1) <= usbPacketBytes, "a string goes into one packet");

#endif
