using System.Reflection;
using Azure.Data.Tables;
using Azure.Storage.Blobs;
using Azure.Storage.Queues;
using MedQA.Pipeline.Storage;

namespace MedQA.Infrastructure.Tests.Deployments;

/// <summary>The storage contract, as Azure gets it.</summary>
public sealed class StorageTests
{
    private static readonly RunStorage Contract = StorageConnection.Open("UseDevelopmentStorage=true");

    [Fact]
    public async Task Every_container_of_the_pipeline_is_made()
    {
        var made = NamesOf(await Deployment.PublicAsync(), "Microsoft.Storage/storageAccounts/blobServices/containers");
        Assert.Equal(["question-sets", "runs", "studies", "prefixes", "event-dead-letters"], made);
        Assert.Subset(made.ToHashSet(), PartsOf<BlobContainerClient>(static container => container.Name));
    }

    [Fact]
    public async Task A_container_of_models_is_made_where_the_model_is_fetched() =>
        Assert.Contains("models", NamesOf(await Deployment.PrivateAsync(), "Microsoft.Storage/storageAccounts/blobServices/containers"));

    [Fact]
    public async Task Every_queue_of_the_pipeline_is_made_and_every_queue_with_a_trigger_has_its_poison_queue()
    {
        var made = NamesOf(await Deployment.PublicAsync(), "Microsoft.Storage/storageAccounts/queueServices/queues").ToHashSet();
        Assert.Subset(made, PartsOf<QueueClient>(static queue => queue.Name));
        var withTrigger = AppSource.Of("MedQA.Functions").TriggerQueues.Concat(AppSource.Of("MedQA.Functions.Inference").TriggerQueues).ToArray();
        Assert.Equal(6, withTrigger.Length);
        Assert.Equal(withTrigger.SelectMany(static queue => (string[])[queue, $"{queue}-poison"]).Distinct().Order(StringComparer.Ordinal), made.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Exactly_the_tables_of_the_pipeline_are_made()
    {
        var made = NamesOf(await Deployment.PublicAsync(), "Microsoft.Storage/storageAccounts/tableServices/tables");
        Assert.Equal(PartsOf<TableClient>(static table => table.Name).Order(StringComparer.Ordinal), made.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task No_account_has_shared_keys_or_public_blobs_and_all_want_new_encryption() =>
        Assert.All((await Deployment.BothAsync()).SelectMany(static deployment => deployment.Of("Microsoft.Storage/storageAccounts")), static account =>
        {
            Assert.False(account["properties.allowSharedKeyAccess"].GetBoolean());
            Assert.False(account["properties.allowBlobPublicAccess"].GetBoolean());
            Assert.False(account["properties.allowCrossTenantReplication"].GetBoolean());
            Assert.True(account["properties.supportsHttpsTrafficOnly"].GetBoolean());
            Assert.True(account["properties.defaultToOAuthAuthentication"].GetBoolean());
            Assert.Equal("TLS1_2", account["properties.minimumTlsVersion"].GetString());
        });

    [Fact]
    public async Task The_data_and_the_two_hosts_have_an_account_each_with_a_name_that_Azure_takes()
    {
        var names = (await Deployment.PublicAsync()).Of("Microsoft.Storage/storageAccounts").Select(static account => account.Name).ToArray();
        Assert.Equal(3, names.Distinct().Count());
        Assert.All(names, static name => Assert.Matches("^[a-z0-9]{3,24}$", name));
    }

    [Fact]
    public async Task Versioning_is_off_and_containers_are_closed()
    {
        var deployment = await Deployment.PublicAsync();
        Assert.False(deployment.Only("Microsoft.Storage/storageAccounts/blobServices")["properties.isVersioningEnabled"].GetBoolean());
        Assert.All(deployment.Of("Microsoft.Storage/storageAccounts/blobServices/containers"), static container => Assert.Equal("None", container["properties.publicAccess"].GetString()));
    }

    [Fact]
    public async Task Finished_blobs_of_runs_become_cool_and_the_storage_deletes_nothing_by_itself()
    {
        // Old runs are deleted by the control app, rows and all; a rule of the storage would leave rows that speak of nothing.
        foreach (var deployment in await Deployment.BothAsync())
        {
            var rule = Assert.Single(deployment.Only("Microsoft.Storage/storageAccounts/managementPolicies")["properties.policy.rules"].EnumerateArray());
            Assert.Equal("""{"blobTypes":["blockBlob"],"prefixMatch":["runs/"]}""", Compact(rule.GetProperty("definition").GetProperty("filters")));
            Assert.Equal("""{"baseBlob":{"tierToCool":{"daysAfterModificationGreaterThan":30}}}""", Compact(rule.GetProperty("definition").GetProperty("actions")));
        }
    }

    private static string Compact(System.Text.Json.JsonElement element) => System.Text.Json.JsonSerializer.Serialize(element);

    private static IEnumerable<string> NamesOf(Deployment deployment, string type) => deployment.Of(type).Select(static resource => resource.LastName);

    private static HashSet<string> PartsOf<T>(Func<T, string> name) =>
        [.. typeof(RunStorage).GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(static property => property.PropertyType == typeof(T)).Select(property => name((T)property.GetValue(Contract)!))];
}
