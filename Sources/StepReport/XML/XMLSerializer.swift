internal import CLibXML2

/// Writes an element tree as an XML 1.0 document in UTF-8, through libxml2's text writer, into memory.
@safe struct XMLSerializer: ~Copyable {
  private let buffer: xmlBufferPtr
  private let writer: xmlTextWriterPtr

  /// The bytes of a document with this root: declaration, two spaces of indentation, LF.
  static func bytes(of root: XMLElement) throws(DocumentError) -> [UInt8] {
    try LibXML.quietly { () throws(DocumentError) -> [UInt8] in
      let serializer = try XMLSerializer()
      try serializer.writeDocument(root)
      return try serializer.bytes()
    }
  }

  private init() throws(DocumentError) {
    guard let buffer = unsafe xmlBufferCreate() else { throw LibXML.error("make a buffer") }
    guard let writer = unsafe xmlNewTextWriterMemory(buffer, 0) else {
      unsafe xmlBufferFree(buffer)
      throw LibXML.error("make a writer")
    }
    unsafe self.buffer = buffer
    unsafe self.writer = writer
  }

  deinit {
    // The writer flushes into the buffer as it goes, so the buffer must outlive it.
    unsafe xmlFreeTextWriter(writer)
    unsafe xmlBufferFree(buffer)
  }

  private func writeDocument(_ root: XMLElement) throws(DocumentError) {
    try check(unsafe xmlTextWriterSetIndent(writer, 1), "set the indentation")
    try check(unsafe xmlTextWriterSetIndentString(writer, "  "), "set the indentation")
    try check(unsafe xmlTextWriterStartDocument(writer, "1.0", "UTF-8", nil), "begin the document")
    try write(root)
    try check(unsafe xmlTextWriterEndDocument(writer), "end the document")
    try check(unsafe xmlTextWriterFlush(writer), "flush the document")
  }

  private func write(_ element: XMLElement) throws(DocumentError) {
    try check(unsafe xmlTextWriterStartElement(writer, element.name), "begin an element")
    for attribute in element.attributes {
      try check(
        unsafe xmlTextWriterWriteAttribute(writer, attribute.name, attribute.value), "write an attribute")
    }
    for child in element.children {
      try write(child)
    }
    if !element.text.isEmpty {
      // Never a CDATA section: libxml2 does not split one at `]]>`, and some readers join several by commas.
      try check(unsafe xmlTextWriterWriteString(writer, element.text), "write text")
    }
    try check(unsafe xmlTextWriterEndElement(writer), "end an element")
  }

  private func bytes() throws(DocumentError) -> [UInt8] {
    let count = unsafe Int(xmlBufferLength(buffer))
    guard count > 0, let start = unsafe xmlBufferContent(buffer) else {
      throw LibXML.error("keep the document in memory")
    }
    return unsafe Array(UnsafeBufferPointer(start: start, count: count))
  }

  /// The one place where the writer's answers are looked at: the number of bytes written, or -1.
  private func check(_ answer: CInt, _ attempt: String) throws(DocumentError) {
    if answer < 0 { throw LibXML.error(attempt) }
  }
}
