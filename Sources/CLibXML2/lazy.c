// libxml2 is opened when the first report is written: with it come ICU and libstdc++, where it was built with them.

#include "CLibXML2.h"
#include "CLoading.h"

// Every function of libxml2 that is called, with its parameters and what is passed on.
#define FUNCTIONS(FUNCTION)                                                                                   \
  FUNCTION(void, xmlInitParser, (void), ())                                                                   \
  FUNCTION(void, xmlResetLastError, (void), ())                                                               \
  FUNCTION(void, xmlSetStructuredErrorFunc, (void *context, xmlStructuredErrorFunc handler),                  \
           (context, handler))                                                                                \
  FUNCTION(xmlBufferPtr, xmlBufferCreate, (void), ())                                                         \
  FUNCTION(void, xmlBufferFree, (xmlBufferPtr buffer), (buffer))                                              \
  FUNCTION(int, xmlBufferLength, (const xmlBuffer *buffer), (buffer))                                         \
  FUNCTION(const xmlChar *, xmlBufferContent, (const xmlBuffer *buffer), (buffer))                            \
  FUNCTION(xmlTextWriterPtr, xmlNewTextWriterMemory, (xmlBufferPtr buffer, int compression),                  \
           (buffer, compression))                                                                             \
  FUNCTION(void, xmlFreeTextWriter, (xmlTextWriterPtr writer), (writer))                                      \
  FUNCTION(int, xmlTextWriterSetIndent, (xmlTextWriterPtr writer, int indents), (writer, indents))            \
  FUNCTION(int, xmlTextWriterSetIndentString, (xmlTextWriterPtr writer, const xmlChar *text), (writer, text)) \
  FUNCTION(int, xmlTextWriterStartDocument,                                                                   \
           (xmlTextWriterPtr writer, const char *version, const char *encoding, const char *standalone),      \
           (writer, version, encoding, standalone))                                                           \
  FUNCTION(int, xmlTextWriterEndDocument, (xmlTextWriterPtr writer), (writer))                                \
  FUNCTION(int, xmlTextWriterFlush, (xmlTextWriterPtr writer), (writer))                                      \
  FUNCTION(int, xmlTextWriterStartElement, (xmlTextWriterPtr writer, const xmlChar *name), (writer, name))    \
  FUNCTION(int, xmlTextWriterEndElement, (xmlTextWriterPtr writer), (writer))                                 \
  FUNCTION(int, xmlTextWriterWriteAttribute,                                                                  \
           (xmlTextWriterPtr writer, const xmlChar *name, const xmlChar *text), (writer, name, text))         \
  FUNCTION(int, xmlTextWriterWriteString, (xmlTextWriterPtr writer, const xmlChar *text), (writer, text))     \
  FUNCTION(xmlDocPtr, xmlReadMemory,                                                                          \
           (const char *bytes, int count, const char *address, const char *encoding, int options),            \
           (bytes, count, address, encoding, options))                                                        \
  FUNCTION(void, xmlFreeDoc, (xmlDocPtr document), (document))                                                \
  FUNCTION(xmlNodePtr, xmlDocGetRootElement, (const xmlDoc *document), (document))                            \
  FUNCTION(xmlChar *, xmlNodeListGetString, (xmlDocPtr document, const xmlNode *list, int in_line),           \
           (document, list, in_line))

#ifdef __linux__

FUNCTIONS(ASTRA_DEFINE)
// Its result's type, and nothing else of it, differs between versions.
static const xmlError *(*loaded_xmlGetLastError)(void);
// A variable of the library's, which holds a function.
static xmlFreeFunc *loaded_xmlFree;

static char problem[600];

static const char *load(void) {
  // What is used here is the same in both ABIs: that of 2.0 to 2.13, and that since 2.14.
  static const char *const names[] = {"libxml2.so.2", "libxml2.so.16", NULL};
  void *library = astra_open_library(names, problem, sizeof problem);
  if (!library) return problem;
  FUNCTIONS(ASTRA_FIND_ONE)
  ASTRA_FIND(xmlGetLastError)
  ASTRA_FIND(xmlFree)
  return NULL;
}

const char *astra_xml_load(void) {
  static int is_done;
  static const char *outcome;
  if (!is_done) outcome = load();
  is_done = 1;
  return outcome;
}

#define LAST_ERROR loaded_xmlGetLastError()
#define FREE(text) (*loaded_xmlFree)(text)

#else

// Elsewhere libxml2 is part of the system, and the loader has it at hand.
const char *astra_xml_load(void) { return NULL; }

#define LAST_ERROR xmlGetLastError()
#define FREE(text) xmlFree(text)

#endif

// The handler's parameter is const from libxml2 2.12 on; one declaration here serves both.
#if LIBXML_VERSION >= 21200
static void ignore(void *context, const xmlError *error) {
#else
static void ignore(void *context, xmlErrorPtr error) {
#endif
  (void)context;
  (void)error;
}

void astra_xml_silence(void) {
  xmlResetLastError();
  xmlSetStructuredErrorFunc(NULL, ignore);
}

void astra_xml_end_silence(void) { xmlSetStructuredErrorFunc(NULL, NULL); }

const char *astra_xml_last_error(void) {
  const xmlError *error = LAST_ERROR;
  return error ? error->message : NULL;
}

void astra_xml_free(xmlChar *text) { FREE(text); }
