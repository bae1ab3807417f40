/* Sends small UDP packets to addresses in turn for a while: `flood SECONDS PACKETS ADDRESS ...`.

   Ends after so many packets (0: no limit). Prints packets sent and seconds of processor time, in which the
   kernel has also forwarded them: namespaces joined by veth pairs hand a packet on within the call that sends it.
   The few that a thread of the kernel forwards instead cost nothing here, in favour of the peer. */

#define _GNU_SOURCE
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>

enum { BATCH = 64 };

static double processor(void)
{
    struct rusage used;
    getrusage(RUSAGE_SELF, &used);
    return used.ru_utime.tv_sec + used.ru_stime.tv_sec + (used.ru_utime.tv_usec + used.ru_stime.tv_usec) * 1e-6;
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
    double end = processor() + atof(words[1]), began = processor();
    while ((!most || sent < most) && processor() < end) {
        long left = most ? most - sent : BATCH;
        int done = sendmmsg(door, messages, left < BATCH ? left : BATCH, 0);
        if (done < 0)
            return 1;
        sent += done;
    }
    printf("%ld %f\n", sent, processor() - began);
    return 0;
}
