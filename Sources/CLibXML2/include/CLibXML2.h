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

// libxml2, loaded when it is first needed: the functions of its headers that the report uses are defined in lazy.c, and so
// are these. Nothing but `astra_xml_load` may be called before that has succeeded.

// Loads the library, once; null if it is there, else why it is not, in words that last.
const char *_Nullable astra_xml_load(void);

// Keeps libxml2 from printing on stderr in this thread; the codes that it returns still tell of every error.
void astra_xml_silence(void);

// Gives libxml2 its own error handler back in this thread.
void astra_xml_end_silence(void);

// The text of this thread's last error, owned by libxml2 until its next call; the pointer that
// libxml2 itself returns is const in some versions only.
const char *_Nullable astra_xml_last_error(void);

// Frees a string that libxml2 made: `xmlFree` is a macro or a variable, and Swift imports neither safely.
void astra_xml_free(xmlChar *_Nullable text);
