package io.reproq.jdbc.postgres;

import io.reproq.dsn.Dsn;
import io.reproq.store.StoreProvider;
import io.reproq.store.StoreProvider.Settings;
import io.reproq.store.TaskStore;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.function.UnaryOperator;

/// The store of this module with its SQL changed: its classes are loaded once more, beside the ones
/// that everybody uses, and find the other text.
final class PlantedStore extends ClassLoader {
  private static final String OURS = "io.reproq.jdbc.";

  private final UnaryOperator<String> change;

  private PlantedStore(UnaryOperator<String> change) {
    super(PlantedStore.class.getClassLoader());
    this.change = change;
  }

  /// Opens a store on `database` whose SQL files have been changed, each by itself.
  static TaskStore open(TestDatabase database, UnaryOperator<String> change) {
    try {
      var provider =
          (StoreProvider)
              new PlantedStore(change)
                  .loadClass(PostgresStoreProvider.class.getName())
                  .getConstructor()
                  .newInstance();
      Dsn dsn = database.dsn();
      return provider.open(dsn, Settings.defaults().withMigrate(false)).orElseThrow();
    } catch (ReflectiveOperationException e) {
      throw new LinkageError("could not load the store once more", e);
    }
  }

  @Override
  protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
    if (!name.startsWith(OURS)) {
      return super.loadClass(name, resolve);
    }
    var known = findLoadedClass(name);
    return known == null ? define(name) : known;
  }

  @Override
  public InputStream getResourceAsStream(String name) {
    var bytes = read(name);
    return new ByteArrayInputStream(
        name.endsWith(".sql")
            ? change
                .apply(new String(bytes, StandardCharsets.UTF_8))
                .getBytes(StandardCharsets.UTF_8)
            : bytes);
  }

  private Class<?> define(String name) {
    var bytes = read(name.replace('.', '/') + ".class");
    return defineClass(name, bytes, 0, bytes.length);
  }

  private static byte[] read(String name) {
    try (var in = PostgresStore.class.getModule().getResourceAsStream(name)) {
      if (in == null) {
        throw new AssertionError("there is no " + name);
      }
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
