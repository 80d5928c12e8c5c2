#pragma once
#include <libxml/xmlversion.h>

// Where libxml2 was built with ICU, its headers include ICU's, and those clash with the copy inside Swift's
// Foundation as soon as one file sees both modules. It only matters to the layout of encoding handlers,
// which nothing here touches; libxml2 2.14 no longer shows it.
#undef LIBXML_ICU_ENABLED

#include <libxml/parser.h>
#include <libxml/xmlerror.h>
#include <libxml/xmlmemory.h>
#include <libxml/xmlwriter.h>

// The handler's parameter is const from libxml2 2.12 on; one declaration here serves both.
#if LIBXML_VERSION >= 21200
static inline void astra_xml_ignore(void *_Nullable context, const xmlError *_Nullable error) {
#else
static inline void astra_xml_ignore(void *_Nullable context, xmlErrorPtr _Nullable error) {
#endif
  (void)context;
  (void)error;
}

/// Keeps libxml2 from printing on stderr in this thread; the codes that it returns still tell of every error.
static inline void astra_xml_silence(void) {
  xmlResetLastError();
  xmlSetStructuredErrorFunc(NULL, astra_xml_ignore);
}

/// Gives libxml2 its own error handler back in this thread.
static inline void astra_xml_end_silence(void) { xmlSetStructuredErrorFunc(NULL, NULL); }

/// The text of this thread's last error, owned by libxml2 until its next call; the pointer that
/// libxml2 itself returns is const in some versions only.
static inline const char *_Nullable astra_xml_last_error(void) {
  const xmlError *error = xmlGetLastError();
  return error == NULL ? NULL : error->message;
}

/// Frees a string that libxml2 made: `xmlFree` is a macro or a variable, and Swift imports neither safely.
static inline void astra_xml_free(xmlChar *_Nullable text) { xmlFree(text); }
