internal import CLibXML2

/// A parsed document, owned by libxml2 until this value ends.
@safe struct XMLTree: ~Copyable {
  private let document: xmlDocPtr

  /// Reads a document into a plain value; no network, no entity of its own, no DTD.
  ///
  /// The library's default limits stay on (10 million characters in one text, 256 levels): other readers of
  /// a report have them too.
  static func read(_ bytes: [UInt8]) throws(DocumentError) -> XMLElement {
    try LibXML.quietly { () throws(DocumentError) -> XMLElement in
      try XMLTree(parsing: bytes).root()
    }
  }

  private init(parsing bytes: [UInt8]) throws(DocumentError) {
    guard let size = CInt(exactly: bytes.count) else {
      throw DocumentError(reason: "a document of \(bytes.count) bytes is too large to read")
    }
    let options = XML_PARSE_NONET.rawValue | XML_PARSE_NOERROR.rawValue | XML_PARSE_NOWARNING.rawValue
    let document = unsafe bytes.withUnsafeBytes { buffer in
      unsafe xmlReadMemory(
        buffer.bindMemory(to: CChar.self).baseAddress, size, nil, nil, CInt(options))
    }
    guard let document = unsafe document else { throw LibXML.error("read the document") }
    unsafe self.document = document
  }

  deinit {
    unsafe xmlFreeDoc(document)
  }

  private func root() throws(DocumentError) -> XMLElement {
    guard unsafe document.pointee.intSubset == nil else {
      throw DocumentError(reason: "the document has a DOCTYPE")
    }
    guard let root = unsafe xmlDocGetRootElement(document) else {
      throw DocumentError(reason: "the document has no root element")
    }
    return try unsafe element(root)
  }

  private func element(_ node: xmlNodePtr) throws(DocumentError) -> XMLElement {
    guard unsafe node.pointee.nsDef == nil else {
      throw DocumentError(reason: "the document declares a namespace")
    }
    var children: [XMLElement] = []
    var text = ""
    var next = unsafe node.pointee.children
    while let child = unsafe next {
      switch unsafe child.pointee.type {
      case XML_ELEMENT_NODE: children.append(try unsafe element(child))
      case XML_TEXT_NODE: unsafe text += Self.string(child.pointee.content)
      default: throw DocumentError(reason: "the document holds a node that is neither element nor text")
      }
      unsafe next = child.pointee.next
    }
    return try unsafe XMLElement(
      name: Self.string(node.pointee.name), attributes: attributes(of: node), children: children,
      text: children.isEmpty ? text : try Self.onlySpace(text))
  }

  private func attributes(of node: xmlNodePtr) throws(DocumentError) -> [XMLElement.Attribute] {
    var attributes: [XMLElement.Attribute] = []
    var next = unsafe node.pointee.properties
    while let attribute = unsafe next {
      let value = unsafe xmlNodeListGetString(document, attribute.pointee.children, 1)
      defer { unsafe astra_xml_free(value) }
      unsafe attributes.append(
        .init(name: Self.string(attribute.pointee.name), value: Self.string(value)))
      unsafe next = attribute.pointee.next
    }
    return attributes
  }

  private static func onlySpace(_ text: String) throws(DocumentError) -> String {
    guard text.utf8.allSatisfy({ $0 == 0x20 || $0 == 0x0A }) else {
      throw DocumentError(reason: "the document mixes text and elements")
    }
    return ""
  }

  /// A copy of libxml2's text; nil, which it uses for the empty one, is the empty one.
  private static func string(_ text: UnsafePointer<xmlChar>?) -> String {
    guard let text = unsafe text else { return "" }
    return unsafe String(cString: text)
  }
}
