/// How far a piece of work is; what its backend does not tell is nil.
package struct Progress: Hashable, Sendable {
  /// How much is done, 0-100.
  package var percent: Double?
  package var bytesDone: Int?
  package var bytesTotal: Int?
  /// How many of its parts are done, such as volumes.
  package var itemsDone: Int?
  package var itemsTotal: Int?

  /// Gathers what is told.
  package init(
    percent: Double? = nil, bytesDone: Int? = nil, bytesTotal: Int? = nil, itemsDone: Int? = nil,
    itemsTotal: Int? = nil
  ) {
    self.percent = percent
    (self.bytesDone, self.bytesTotal) = (bytesDone, bytesTotal)
    (self.itemsDone, self.itemsTotal) = (itemsDone, itemsTotal)
  }
}

/// Which of the volumes of its application a recovery point holds.
package enum Coverage: Hashable, Sendable {
  case notTold
  /// The backend says of each volume that it is in it.
  case whole
  /// Some are not in it: their names, as far as these are told.
  case partial(lacking: [String])
}
