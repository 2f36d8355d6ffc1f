package io.reproq.store;

/// How a pool of connections is used.
///
/// @param inUse how many are lent now
/// @param waits how often one was wanted while all were lent, since the store was opened
public record PoolUse(int inUse, long waits) {
  /// Where there is no pool.
  public static final PoolUse NONE = new PoolUse(0, 0);

  /// The use of two pools together.
  public PoolUse plus(PoolUse other) {
    return new PoolUse(inUse + other.inUse, waits + other.waits);
  }
}
