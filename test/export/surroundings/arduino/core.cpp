/* As Arduino's builder and core have it: the sketch is C++ after Arduino.h, and its loop is called for ever. */
#include <Arduino.h>

#include SKETCH

int main()
{
    setup();
    for (;;) loop();
}
