/*
 * A binary heap. A suspended connection cannot go away (libmicrohttpd keeps it until
 * it is resumed), so no timer is ever cancelled.
 */
#include "servers/builtin/timers.h"

#include <errno.h>
#include <microhttpd.h>
#include <stdlib.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fd.h"
#include "base/memory.h"

int hb_timers_init(struct hb_timers *timers, struct hb_error *err)
{
    *timers = (struct hb_timers){.fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK)};
    if (timers->fd < 0)
        return hb_fail_errno(err, errno, "create a timer");
    return 0;
}

void hb_timers_release(struct hb_timers *timers)
{
    hb_fd_close(&timers->fd);
    free(timers->heap);
}

static void swap(struct hb_timer *a, struct hb_timer *b)
{
    struct hb_timer held = *a;

    *a = *b;
    *b = held;
}

static void push(struct hb_timers *timers, struct hb_timer timer)
{
    size_t place = timers->count;

    timers->heap = hb_grow(timers->heap, &timers->capacity, timers->count, sizeof timer);
    timers->heap[timers->count++] = timer;
    while (place > 0 && timers->heap[place].due_ns < timers->heap[(place - 1) / 2].due_ns) {
        swap(&timers->heap[place], &timers->heap[(place - 1) / 2]);
        place = (place - 1) / 2;
    }
}

static struct hb_timer pop(struct hb_timers *timers)
{
    struct hb_timer *heap = timers->heap, first = heap[0];
    size_t place = 0, child;

    heap[0] = heap[--timers->count];
    while ((child = 2 * place + 1) < timers->count) {
        if (child + 1 < timers->count && heap[child + 1].due_ns < heap[child].due_ns)
            child++;
        if (heap[place].due_ns <= heap[child].due_ns)
            break;
        swap(&heap[place], &heap[child]);
        place = child;
    }
    return first;
}

/* Set the descriptor to the soonest instant; an instant that has passed fires at once. */
static void arm(struct hb_timers *timers)
{
    int64_t due_ns = timers->count > 0 ? timers->heap[0].due_ns : 0;
    struct itimerspec when = {
        .it_value = {.tv_sec = due_ns / HB_NS_PER_S, .tv_nsec = due_ns % HB_NS_PER_S}};

    timerfd_settime(timers->fd, TFD_TIMER_ABSTIME, &when, NULL);
}

void hb_timers_suspend(struct hb_timers *timers, struct MHD_Connection *connection, int64_t due_ns)
{
    MHD_suspend_connection(connection);
    push(timers, (struct hb_timer){due_ns, connection});
    if (timers->heap[0].connection == connection)
        arm(timers);
}

void hb_timers_expire(struct hb_timers *timers)
{
    int64_t now_ns = hb_now_ns();

    while (timers->count > 0 && timers->heap[0].due_ns <= now_ns)
        MHD_resume_connection(pop(timers).connection);
    arm(timers);
}

void hb_timers_close(struct hb_timers *timers)
{
    while (timers->count > 0)
        MHD_resume_connection(pop(timers).connection);
}
