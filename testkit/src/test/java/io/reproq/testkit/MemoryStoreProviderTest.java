package io.reproq.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.reproq.dsn.Dsn;
import io.reproq.memory.MemoryStoreProvider;
import io.reproq.store.NewTask;
import io.reproq.store.StoreProvider;
import io.reproq.store.StoreProvider.Settings;
import io.reproq.store.TaskQuery;
import io.reproq.task.Spec;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(ReplaceUnderscores.class)
final class MemoryStoreProviderTest {
  private static final String SERVICE = "META-INF/services/" + StoreProvider.class.getName();

  private final StoreProvider provider = new MemoryStoreProvider();

  @Test
  void opens_another_store_each_time() {
    try (var first = provider.open(new Dsn.Memory(), Settings.defaults()).orElseThrow();
        var second = provider.open(new Dsn.Memory(), Settings.defaults()).orElseThrow()) {
      first.enqueue(List.of(NewTask.of(Spec.of("sample.greet").build())));

      assertThat(first.list(TaskQuery.first(10))).hasSize(1);
      assertThat(second.list(TaskQuery.first(10))).isEmpty();
    }
  }

  @Test
  void leaves_other_databases_to_others() {
    assertThat(provider.open(new Dsn.Sqlite("sample.db"), Settings.defaults())).isEmpty();
  }

  @Test
  void is_registered_on_the_module_path_and_on_the_class_path() throws Exception {
    var module = StoreProvider.class.getModule();

    assertThat(module.getDescriptor().provides())
        .filteredOn(provides -> provides.service().equals(StoreProvider.class.getName()))
        .flatExtracting(provides -> provides.providers())
        .contains(MemoryStoreProvider.class.getName());
    try (var registered = module.getResourceAsStream(SERVICE)) {
      assertThat(registered).isNotNull();
      assertThat(new String(registered.readAllBytes(), StandardCharsets.UTF_8))
          .contains(MemoryStoreProvider.class.getName());
    }
  }
}
