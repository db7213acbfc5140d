// Rows as an export of the audit log has them, written by nothing but the C library or libxlsxwriter.
// usage: rows_floor csv|xlsx ROWS FILE
// Prints rows each second.
#define _POSIX_C_SOURCE 200809L
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <xlsxwriter.h>

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static const char* const k_texts[] = {"uid:1000", "secret.get", "service-00012/key-00000345", "allowed", "ok", "bench"};

static int write_csv(long rows, const char* name) {
  FILE* const file = fopen(name, "w");
  if (file == NULL) return 1;
  for (long i = 0; i < rows; ++i) {
    const long second = i / 1000;
    fprintf(file, "%ld,2026-11-27T%02ld:%02ld:%02ld.%03ldZ,%s,%s,%s,%s,%s,%s\r\n", i, second / 3600 % 24,
            second / 60 % 60, second % 60, i % 1000, k_texts[0], k_texts[1], k_texts[2], k_texts[3], k_texts[4],
            k_texts[5]);
  }
  return fclose(file);
}

static int write_xlsx(long rows, const char* name) {
  lxw_workbook_options options = {.constant_memory = LXW_TRUE};
  lxw_workbook* const book = workbook_new_opt(name, &options);
  lxw_worksheet* const sheet = workbook_add_worksheet(book, NULL);
  lxw_format* const time = workbook_add_format(book);
  format_set_num_format(time, "yyyy-mm-dd hh:mm:ss.000");
  for (long i = 0; i < rows; ++i) {
    const lxw_row_t row = (lxw_row_t)i;
    worksheet_write_number(sheet, row, 0, (double)i, NULL);
    worksheet_write_number(sheet, row, 1, 46353.0 + (double)i / 86400000, time);
    for (lxw_col_t column = 2; column < 8; ++column)
      worksheet_write_string(sheet, row, column, k_texts[column - 2], NULL);
  }
  return (int)workbook_close(book);
}

int main(int argc, char** argv) {
  if (argc != 4) return 2;
  const long rows = atol(argv[2]);
  const double begun = now();
  const int failed = strcmp(argv[1], "csv") == 0 ? write_csv(rows, argv[3]) : write_xlsx(rows, argv[3]);
  if (failed != 0) return 1;
  printf("per_second\t%f\n", (double)rows / (now() - begun));
  return 0;
}
