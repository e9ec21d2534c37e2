static inline void vTaskDelay(uint32_t ticks) { (void) ticks; }
static inline void vTaskDelete(void *task) { (void) task; }
static inline int xTaskCreate(void (*task)(void *), const char *name, uint32_t stackBytes, void *argument, int priority,
                              void **handle)
{
    (void) name, (void) stackBytes, (void) priority, (void) handle;
    task(argument);
    return pdPASS;
}
void app_main(void);
int main(void)
{
    app_main();
    return 1;
}
