#pragma once
#include <microhttpd.h>
// What a server of many sockets needs of Linux; Swift's own module of the C library leaves it out.
#include <sys/epoll.h>
#include <sys/eventfd.h>

/// What a server calls, and with which context.
struct astra_http_handlers {
  void *_Nonnull context;
  MHD_AccessHandlerCallback _Nonnull access;
  /// Gets the target as the client wrote it, and makes the request's context.
  void *_Nullable (*_Nonnull begin)(void *_Nullable, const char *_Nonnull, struct MHD_Connection *_Nonnull);
  MHD_RequestCompletedCallback _Nonnull completed;
  MHD_NotifyConnectionCallback _Nonnull connection;
};

/// Starts a server in threads of its own, one for each connection; NULL if it cannot.
///
/// `listener` is a listening socket; -1: connections are handed to it. With a key and a certificate in PEM it speaks TLS
/// 1.2 or newer. `MHD_start_daemon` is variadic, and Swift calls no such function.
static inline struct MHD_Daemon *_Nullable astra_http_start(
    int listener, const char *_Nullable key, const char *_Nullable certificate,
    struct astra_http_handlers handlers) {
  unsigned int flags = MHD_USE_THREAD_PER_CONNECTION | MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_POLL |
                       MHD_USE_ITC | MHD_USE_SUPPRESS_DATE_NO_CLOCK;
  if (listener < 0) flags |= MHD_USE_NO_LISTEN_SOCKET;
  if (key) flags |= MHD_USE_TLS;
  struct MHD_OptionItem socket[] = {
      {listener < 0 ? MHD_OPTION_END : MHD_OPTION_LISTEN_SOCKET, listener, NULL}, {MHD_OPTION_END, 0, NULL}};
  struct MHD_OptionItem secrets[] = {
      {key ? MHD_OPTION_HTTPS_MEM_KEY : MHD_OPTION_END, 0, (void *)key},
      {MHD_OPTION_HTTPS_MEM_CERT, 0, (void *)certificate},
      {MHD_OPTION_HTTPS_PRIORITIES, 0, (void *)"NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2"},
      {MHD_OPTION_END, 0, NULL}};
  return MHD_start_daemon(
      flags, 0, NULL, NULL, handlers.access, handlers.context,
      MHD_OPTION_URI_LOG_CALLBACK, handlers.begin, handlers.context,
      MHD_OPTION_NOTIFY_COMPLETED, handlers.completed, handlers.context,
      MHD_OPTION_NOTIFY_CONNECTION, handlers.connection, handlers.context,
      // Room for a long target and many header fields; more of them get a refusal.
      MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)256 * 1024,
      // The library's own limit is what select() can bear; poll() has none.
      MHD_OPTION_CONNECTION_LIMIT, 65536u,
      MHD_OPTION_ARRAY, socket, MHD_OPTION_ARRAY, secrets, MHD_OPTION_END);
}

/// The socket of a connection.
static inline int astra_http_socket(struct MHD_Connection *_Nonnull connection) {
  return MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd;
}

/// What a reader of a body returns at its good end; a macro with a cast, which Swift does not import.
static inline ssize_t astra_http_end(void) { return MHD_CONTENT_READER_END_OF_STREAM; }

/// What a reader of a body returns to have the connection closed.
static inline ssize_t astra_http_cut(void) { return MHD_CONTENT_READER_END_WITH_ERROR; }
