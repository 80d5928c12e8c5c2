#pragma once
#include <limits.h>
#include <stddef.h>
#include <string.h>
#include <zlib.h>

/// How the unpacking of a gzip file has ended.
enum astra_gunzip_end { ASTRA_GUNZIP_WHOLE, ASTRA_GUNZIP_BROKEN, ASTRA_GUNZIP_TOO_LARGE };

/// Unpacks a gzip file of one or more members (RFC 1952, 2.2), whose checksums and lengths have to be right.
///
/// `inflateInit2` is a macro, and Swift imports none that calls. Writes at most `room` bytes to `output`, and into
/// `length` how many; the output is of use only if the file is whole.
static inline enum astra_gunzip_end astra_gunzip(
    const unsigned char *_Nonnull input, size_t count, unsigned char *_Nonnull output, size_t room,
    size_t *_Nonnull length) {
  z_stream stream;
  memset(&stream, 0, sizeof stream);
  *length = 0;
  if (count > UINT_MAX || room > UINT_MAX) return ASTRA_GUNZIP_TOO_LARGE;
  stream.next_in = (unsigned char *)input;
  stream.avail_in = (unsigned int)count;
  stream.next_out = output;
  stream.avail_out = (unsigned int)room;
  // 16: with a gzip header, and no other.
  if (inflateInit2(&stream, 16 + MAX_WBITS) != Z_OK) return ASTRA_GUNZIP_BROKEN;
  int result;
  do {
    result = inflate(&stream, Z_FINISH);
  } while (result == Z_STREAM_END && stream.avail_in > 0 && inflateReset(&stream) == Z_OK);
  *length = room - stream.avail_out;
  // A file that ends in the middle has left room.
  int is_full = result == Z_BUF_ERROR && stream.avail_out == 0;
  inflateEnd(&stream);
  if (result == Z_STREAM_END) return ASTRA_GUNZIP_WHOLE;
  return is_full ? ASTRA_GUNZIP_TOO_LARGE : ASTRA_GUNZIP_BROKEN;
}
