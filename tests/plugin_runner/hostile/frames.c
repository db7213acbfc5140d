/* Plugins that speak to the daemon themselves, past the runner. Kinds of frames: daemon/plugin_seam/messages.h. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "hostile.h"

enum { CALL_ROWS = 4, DONE = 101, TAKEN = 102, LOG = 103, WORKING = 104 };

sr_status huge_frame(void) {
  const uint32_t header[2] = {1u << 30, DONE};
  char zeros[65536] = {0};
  send_raw(header, sizeof header);
  for (int i = 0; i < 16384; ++i) send_raw(zeros, sizeof zeros);
  return SR_OK;
}

sr_status unknown_frame(void) {
  send_frame(4711, "what is this", 12);
  return SR_OK;
}

static sr_status call_as_answer(void) {
  send_frame(CALL_ROWS, "\0\0\0\0\0\0\0\0\0\0\0\0", 12);
  return SR_OK;
}

sr_status short_frame(void) {
  send_frame(DONE, "\0\0", 2);
  return SR_OK;
}

/* The rest of the frame never comes. */
sr_status half_frame(void) {
  const uint32_t header[2] = {1000, DONE};
  send_raw(header, sizeof header);
  sleep(3600);
  return SR_OK;
}

/* A frame that never ends, a byte now and then. */
sr_status dripping_frame(void) {
  const uint32_t header[2] = {1 << 20, WORKING};
  send_raw(header, sizeof header);
  for (;;) {
    send_raw("x", 1);
    usleep(20000);
  }
  return SR_OK;
}

sr_status random_frames(void) {
  uint32_t bytes[1024];
  uint32_t state = 2463534242u;
  for (size_t i = 0; i < 1024; ++i) {
    state ^= state << 13;
    state ^= state >> 17;
    state ^= state << 5;
    bytes[i] = state;
  }
  send_raw(bytes, sizeof bytes);
  return SR_OK;
}

/* An outcome that is SR_OK, for a call that has not ended or has not been made. */
sr_status forged_done(void) {
  send_frame(DONE, "\0\0\0\0\0\0\0\0\0\0\0\0", 12);
  return SR_OK;
}

static sr_status forged_error(void) {
  char content[8192] = {1, 0, 0, 0, 0x00, 0x10, 0, 0};
  memset(content + 8, 7, 4096);
  send_frame(DONE, content, 8 + 4096 + 4);
  sleep(3600);
  return SR_OK;
}

sr_status longest_error(void) {
  char content[8192] = {1, 0, 0, 0, 0x01, 0x10, 0, 0};
  memset(content + 8, 'x', 4097);
  send_frame(DONE, content, 8 + 4097 + 4);
  return SR_OK;
}

sr_status taken_of_free_slot(void) {
  send_frame(TAKEN, "\0\0\0\0", 4);
  return SR_OK;
}

static sr_status taken_of_no_slot(void) {
  send_frame(TAKEN, "\377\377\377\377", 4);
  return SR_OK;
}

static sr_status taken_without_number(void) {
  send_frame(TAKEN, "", 0);
  return SR_OK;
}

static void log_line(void) {
  send_frame(LOG, "\3\0\0\0\12\0\0\0\33[31mhi\0\12\15", 18);
}

/* Through the host, which the runner cuts off, and then past it, which only the daemon can. */
sr_status log_through_host(void) {
  for (int i = 0; i < 5000; ++i) world.host->log(world.host->context, 7, (sr_bytes){(const uint8_t*)"x\n\0y", 4});
  return SR_OK;
}

sr_status log_for_ever(void) {
  for (;;) log_line();
  return SR_OK;
}

sr_status work_for_ever(void) {
  for (;;) send_frame(WORKING, "", 0);
  return SR_OK;
}

/* As a runner that waits for a slow reader, but for ever. */
static sr_status work_slowly(void) {
  for (;;) {
    send_frame(WORKING, "", 0);
    usleep(100000);
  }
  return SR_OK;
}

static void send_with_descriptors(int count) {
  const uint32_t header[2] = {0, WORKING};

  union {
    char room[CMSG_SPACE(32 * sizeof(int))];
    struct cmsghdr aligned;
  } control;

  memset(&control, 0, sizeof control);
  struct iovec part = {(void*)header, sizeof header};
  struct msghdr message = {0};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = &control;
  message.msg_controllen = CMSG_SPACE((size_t)count * sizeof(int));
  struct cmsghdr* const first = CMSG_FIRSTHDR(&message);
  first->cmsg_level = SOL_SOCKET;
  first->cmsg_type = SCM_RIGHTS;
  first->cmsg_len = CMSG_LEN((size_t)count * sizeof(int));
  for (int i = 0; i < count; ++i) memcpy(CMSG_DATA(first) + (size_t)i * sizeof(int), &(int){i % 4}, sizeof(int));
  sendmsg(answer_socket, &message, 0);
}

sr_status few_descriptors(void) {
  for (int i = 0; i < 20; ++i) send_with_descriptors(4);
  return SR_OK;
}

static sr_status many_descriptors(void) {
  send_with_descriptors(32);
  return SR_OK;
}

sr_status close_socket(void) {
  close(answer_socket);
  sleep(3600);
  return SR_OK;
}

sr_status close_everything(void) {
  for (int i = 0; i < DESCRIPTORS; ++i) close(i);
  return SR_OK;
}

/* What the daemon says goes to the plugin instead of the runner. */
sr_status steal_calls(void) {
  char calls[4096];
  while (read(answer_socket, calls, sizeof calls) > 0) {
  }
  return SR_OK;
}

const struct hostile_kind frame_kinds[] = {{"huge_frame", AT_ROWS, huge_frame},
                                           {"unknown_frame", AT_BEGIN, unknown_frame},
                                           {"call_as_answer", AT_SHEET, call_as_answer},
                                           {"short_frame", AT_BEGIN, short_frame},
                                           {"short_frame_at_load", AT_LOAD, short_frame},
                                           {"half_frame", AT_END, half_frame},
                                           {"dripping_frame", AT_END, dripping_frame},
                                           {"random_frames", AT_ROWS, random_frames},
                                           {"forged_done_at_load", AT_LOAD, forged_done},
                                           {"forged_done_in_begin", AT_BEGIN, forged_done},
                                           {"forged_done_in_rows", AT_ROWS, forged_done},
                                           {"forged_error", AT_SHEET, forged_error},
                                           {"longest_error", AT_SHEET, longest_error},
                                           {"taken_of_free_slot", AT_SHEET, taken_of_free_slot},
                                           {"taken_of_no_slot", AT_BEGIN, taken_of_no_slot},
                                           {"taken_at_load", AT_LOAD, taken_of_free_slot},
                                           {"taken_without_number", AT_SHEET, taken_without_number},
                                           {"log_through_host", AT_ROWS, log_through_host},
                                           {"log_for_ever", AT_END, log_for_ever},
                                           {"work_for_ever", AT_END, work_for_ever},
                                           {"work_slowly", AT_END, work_slowly},
                                           {"few_descriptors", AT_SHEET, few_descriptors},
                                           {"many_descriptors", AT_SHEET, many_descriptors},
                                           {"close_socket", AT_ROWS, close_socket},
                                           {"close_everything", AT_SHEET, close_everything},
                                           {"steal_calls", AT_SHEET, steal_calls},
                                           {NULL, 0, NULL}};
