/* Sends small UDP packets to addresses in turn for a while: `flood SECONDS PACKETS ADDRESS ...`.

   Ends after so many packets (0: no limit). Prints packets sent and the seconds that passed while it had the
   processor: namespaces joined by veth pairs hand a packet on within the call that sends it, and not every
   kernel counts that as time of the process. What others kept the processor for does not count; where that is
   a thread of the kernel, which forwards what is left to it, its time has to be added. */

#define _GNU_SOURCE
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

enum { BATCH = 64 };

static double passed(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec + now.tv_nsec * 1e-9;
}

static double waited(void)
{
    long long run, waited = 0;
    FILE *file = fopen("/proc/self/schedstat", "r");
    if (file && fscanf(file, "%lld %lld", &run, &waited) != 2)
        waited = 0;
    if (file)
        fclose(file);
    return waited * 1e-9;
}

int main(int count, char **words)
{
    if (count < 4)
        return 2;
    static char payload[18];
    static struct sockaddr_in to[BATCH];
    static struct mmsghdr messages[BATCH];
    struct iovec part = {payload, sizeof payload};
    int door = socket(AF_INET, SOCK_DGRAM, 0);
    for (int i = 0; i < BATCH; i++) {
        to[i].sin_family = AF_INET;
        to[i].sin_port = htons(9000 + i);
        if (!inet_aton(words[3 + i % (count - 3)], &to[i].sin_addr))
            return 2;
        messages[i].msg_hdr.msg_name = to + i;
        messages[i].msg_hdr.msg_namelen = sizeof *to;
        messages[i].msg_hdr.msg_iov = &part;
        messages[i].msg_hdr.msg_iovlen = 1;
    }
    long sent = 0, most = atol(words[2]);
    double queued = waited(), began = passed(), end = began + atof(words[1]);
    while ((!most || sent < most) && passed() < end) {
        long left = most ? most - sent : BATCH;
        int done = sendmmsg(door, messages, left < BATCH ? left : BATCH, 0);
        if (done < 0)
            return 1;
        sent += done;
    }
    double took = passed() - began;
    printf("%ld %f\n", sent, took - (waited() - queued));
    return 0;
}
