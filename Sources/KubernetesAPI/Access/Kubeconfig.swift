package import Files
internal import AppProtection
internal import StructuredValues
internal import Text

/// A kubeconfig, perhaps put together of several files: clusters, users and the contexts that join them.
package struct Kubeconfig: Sendable {
  /// Where it was found, for messages: the files that were read.
  package let paths: [String]
  /// The context that is meant where none is named; nil if there is none.
  package private(set) var currentContext: String?

  private var contexts: [Entry] = []
  private var clusters: [Entry] = []
  private var users: [Entry] = []

  /// A cluster, a user or a context, and the file that it is in.
  struct Entry: Sendable {
    var name: String
    var value: StructuredValue
    var path: String
  }

  /// The names of its contexts, in order.
  package var contextNames: [String] { contexts.map(\.name) }

  /// Finds the kubeconfig as kubectl does: the files of `KUBECONFIG`, else `~/.kube/config`.
  ///
  /// Of a list the first file to set a value wins, and files that are not there are passed over; if none is there, that
  /// is an error.
  ///
  /// - Parameters:
  ///   - variables: gives a variable of the environment.
  ///   - files: where they are read.
  /// - Returns: the kubeconfig; nil if `KUBECONFIG` is not set and `~/.kube/config` is not there.
  /// - Throws: a file that cannot be read, or is none.
  package static func find(
    variables: (String) -> String?, files: any FileWriter
  ) throws(KubeconfigError) -> Kubeconfig? {
    let named = (variables("KUBECONFIG") ?? "").split(separator: ":").map(String.init)
    if !named.isEmpty {
      let config = try Kubeconfig(named, files)
      guard !config.paths.isEmpty else {
        let list = named.map { printable($0) }.joined(separator: ", ")
        throw KubeconfigError(
          .parameter,
          named.count == 1
            ? "KUBECONFIG names \(list), which is not there"
            : "KUBECONFIG names \(list), and none of them is there",
          hint: "give the path of a kubeconfig in it, or several with colons between them")
      }
      return config
    }
    guard let home = variables("HOME"), !home.isEmpty else { return nil }
    let config = try Kubeconfig(["\(home)/.kube/config"], files)
    return config.paths.isEmpty ? nil : config
  }

  /// Reads the kubeconfig at a path that the user named; that it is not there is an error.
  package static func read(_ path: String, files: any FileWriter) throws(KubeconfigError) -> Kubeconfig {
    let config = try Kubeconfig([path], files)
    guard !config.paths.isEmpty else {
      throw KubeconfigError(.parameter, "the kubeconfig \(printable(path)) is not there")
    }
    return config
  }

  /// The largest file: 1 MiB; a kubeconfig of a hundred clusters has a third of that.
  private static var largest: Int { 1 << 20 }

  private init(_ candidates: [String], _ files: any FileWriter) throws(KubeconfigError) {
    var paths: [String] = []
    var documents: [(path: String, value: StructuredValue)] = []
    for path in candidates {
      guard let bytes = try Self.bytes(at: path, files) else { continue }
      paths.append(path)
      documents.append((path, try Self.document(bytes, path)))
    }
    self.paths = paths
    for (path, value) in documents {
      if currentContext == nil {
        currentContext = value["current-context"]?.string.flatMap { $0.isEmpty ? nil : $0 }
      }
      try Self.add(value, "contexts", "context", path, to: &contexts)
      try Self.add(value, "clusters", "cluster", path, to: &clusters)
      try Self.add(value, "users", "user", path, to: &users)
    }
  }

  private static func bytes(at path: String, _ files: any FileWriter) throws(KubeconfigError) -> [UInt8]? {
    do throws(FileError) {
      return try files.read(path, limit: largest)
    } catch {
      if error.code == .notFound { return nil }
      throw KubeconfigError(
        .parameter,
        error.code == .tooLarge
          ? "the kubeconfig \(printable(path)) is larger than 1 MiB"
          : "the kubeconfig \(printable(path)) cannot be read: \(error.code.text)")
    }
  }

  /// Reads a file as YAML, which JSON is too; an empty one is a kubeconfig without anything in it.
  private static func document(_ bytes: [UInt8], _ path: String) throws(KubeconfigError) -> StructuredValue {
    let shown = printable(path)
    let value: StructuredValue
    do throws(YAMLError) {
      value = try StructuredValue(yaml: bytes)
    } catch {
      throw KubeconfigError(.parameter, "the kubeconfig \(shown) is not YAML\(reason(of: error))")
    }
    switch value {
    case .null: return .object([])
    case .object: break
    default:
      throw KubeconfigError(
        .parameter, "the file \(shown) is no kubeconfig: it holds no clusters, users and contexts")
    }
    if let kind = value["kind"], kind.string != "Config" {
      throw KubeconfigError(.parameter, "the file \(shown) is no kubeconfig: its kind is not Config")
    }
    return value
  }

  /// What a reader says of a file, without the words of the file that it may quote.
  private static func reason(of error: YAMLError) -> String {
    if error.reason.hasPrefix("the key ") { return ": a key is there twice" }
    return error.reason.hasPrefix("the ") ? "" : ": \(error.reason)"
  }

  private static func add(
    _ document: StructuredValue, _ member: String, _ kind: String, _ path: String, to entries: inout [Entry]
  ) throws(KubeconfigError) {
    guard let list = document[member] else { return }
    let shown = printable(path)
    guard case .array(let elements) = list else {
      throw KubeconfigError(.parameter, "the kubeconfig \(shown): its \(member) are not a list")
    }
    var names: Set<String> = []
    for element in elements {
      guard let name = element["name"]?.string else {
        throw KubeconfigError(.parameter, "the kubeconfig \(shown): one of its \(member) has no name")
      }
      guard names.insert(name).inserted else {
        throw KubeconfigError(
          .parameter, "the kubeconfig \(shown): there are two \(member) of the name \"\(printable(name))\"",
          hint: "in that kubeconfig, give one of them another name")
      }
      // The first file to name it wins.
      if entries.contains(where: { $0.name == name }) { continue }
      entries.append(Entry(name: name, value: element[kind] ?? .object([]), path: path))
    }
  }

  // MARK: - What a context names

  /// The context of that name, or the current one.
  func context(_ name: String?) throws(KubeconfigError) -> Entry {
    let source = paths.map { printable($0) }.joined(separator: ", ")
    guard let name = name ?? currentContext else {
      throw KubeconfigError(
        .parameter, "the kubeconfig \(source) has no current-context, and no context was named",
        hint: contexts.isEmpty
          ? "it has no contexts at all" : "name one of its contexts: \(shortList(contextNames))")
    }
    return try Self.entry(name, "context", contexts, "the kubeconfig \(source) has no context")
  }

  /// The cluster of a context.
  func cluster(of context: Entry) throws(KubeconfigError) -> Entry {
    guard let name = context.value["cluster"]?.string, !name.isEmpty else {
      throw KubeconfigError(.parameter, "\(context.title("context")) names no cluster")
    }
    return try Self.entry(
      name, "cluster", clusters, "\(context.title("context")) names a cluster that is not there:")
  }

  /// The user of a context; nil if it names none.
  func user(of context: Entry) throws(KubeconfigError) -> Entry? {
    guard let name = context.value["user"]?.string, !name.isEmpty else { return nil }
    return try Self.entry(name, "user", users, "\(context.title("context")) names a user that is not there:")
  }

  private static func entry(
    _ name: String, _ kind: String, _ entries: [Entry], _ complaint: String
  ) throws(KubeconfigError) -> Entry {
    if let entry = entries.first(where: { $0.name == name }) { return entry }
    let names = entries.map(\.name)
    throw KubeconfigError(
      .parameter, "\(complaint) \"\(printable(name))\"",
      hint: names.isEmpty
        ? "there are no \(kind)s in it"
        : "there \(names.count == 1 ? "is" : "are") \(shortList(nearest(to: name, among: names, limit: 5)))")
  }
}

// Its values hold tokens, passwords and keys.
extension Kubeconfig: CustomStringConvertible, CustomReflectable {
  package var description: String { "the kubeconfig \(paths.map { printable($0) }.joined(separator: ", "))" }
  package var customMirror: Mirror { Mirror(self, children: EmptyCollection<Mirror.Child>()) }
}

extension Kubeconfig.Entry {
  /// The entry as messages name it: `cluster "prod" of /home/ci/.kube/config`.
  func title(_ kind: String) -> String { "\(kind) \"\(printable(name))\" of \(printable(path))" }

  /// A path of the entry: a relative one is relative to its file.
  func resolved(_ other: String) -> String {
    other.hasPrefix("/") ? other : "\(split(path: path).folder)/\(other)"
  }
}

/// A few names in quotation marks.
private func shortList(_ names: [String]) -> String {
  names.prefix(5).map { "\"\(printable($0, limit: 100))\"" }.joined(separator: ", ")
    + (names.count > 5 ? " and \(names.count - 5) more" : "")
}
