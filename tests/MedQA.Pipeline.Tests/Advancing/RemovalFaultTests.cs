using Azure.Core;
using MedQA.Pipeline.Storage;
using MedQA.Pipeline.Studies;
using MedQA.Pipeline.Tests.Fixtures;
using Microsoft.Extensions.Logging.Testing;

namespace MedQA.Pipeline.Tests.Advancing;

/// <summary>One study that storage does not let go or read, among others: its fault costs only itself.</summary>
public sealed class RemovalFaultTests(AzuriteFixture azurite)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("study.json", "DELETE")]
    [InlineData("queues.json", "GET")]
    [InlineData("answers.json", "DELETE")]
    [InlineData("deleted.json", "DELETE")]
    public async Task A_study_that_cannot_be_removed_holds_up_no_other_removal(string blob, string method)
    {
        var prefix = azurite.NewPrefix();
        var storage = azurite.Open(prefix);
        await storage.EnsureCreatedAsync(Cancel);
        MadeStudy[] marked = [await MadeStudy.StoreAsync(storage), await MadeStudy.StoreAsync(storage), await MadeStudy.StoreAsync(storage)];
        foreach (var study in marked)
        {
            await MarkAsync(storage, study);
        }

        var withdrawing = await MadeStudy.StoreAsync(storage);
        await MarkWithdrawnAsync(storage, prefix, withdrawing);

        // Storage lists the studies by name; whichever comes first is the bad one.
        var bad = marked.MinBy(static made => made.Study.Id.ToString(), StringComparer.Ordinal)!;
        var logger = new FakeLogger<StudyStore>();
        var faults = Refusing(method, $"/{bad.Study.Id}/{blob}");
        Assert.False(await new StudyStore(azurite.Open(prefix, faults.Configure), TimeProvider.System, logger).FinishRemovalsAsync(Cancel));

        foreach (var made in marked.Except([bad]))
        {
            Assert.Equal((0, 0), ((await made.BlobsAsync(storage)).Count, (await made.RowsAsync(storage, 0)).Count));
        }

        Assert.Equal(["rater"], await withdrawing.RowsAsync(storage, 0));
        Assert.Equal(MadeStudy.Clicks + 1, (await withdrawing.RowsAsync(storage, 1)).Count);
        var said = Assert.Single(logger.Collector.GetSnapshot());
        Assert.Contains(bad.Study.Id.ToString(), said.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("Participant", said.Message, StringComparison.Ordinal);

        // The next look finds it again.
        Assert.True(await new StudyStore(storage, TimeProvider.System).FinishRemovalsAsync(Cancel));
        Assert.Equal((0, 0), ((await bad.BlobsAsync(storage)).Count, (await bad.RowsAsync(storage, 0)).Count));
    }

    [Fact]
    public async Task Clicks_that_cannot_be_removed_hold_up_no_others()
    {
        var prefix = azurite.NewPrefix();
        var storage = azurite.Open(prefix);
        await storage.EnsureCreatedAsync(Cancel);
        MadeStudy[] withdrawing = [await MadeStudy.StoreAsync(storage), await MadeStudy.StoreAsync(storage)];
        foreach (var made in withdrawing)
        {
            await MarkWithdrawnAsync(storage, prefix, made);
        }

        // The rows are read in the order of their partitions.
        var (bad, good) = string.CompareOrdinal(withdrawing[0].Study.Id.ToString(), withdrawing[1].Study.Id.ToString()) < 0
            ? (withdrawing[0], withdrawing[1]) : (withdrawing[1], withdrawing[0]);
        var faults = new StorageFaults
        {
            Refuses = (_, address) => Uri.UnescapeDataString(address.Query).Contains($"PartitionKey eq '{bad.Study.Id}-", StringComparison.Ordinal),
        };
        Assert.False(await new StudyStore(azurite.Open(prefix, faults.Configure), TimeProvider.System).FinishRemovalsAsync(Cancel));
        Assert.Equal(["rater"], await good.RowsAsync(storage, 0));
        Assert.Equal(MadeStudy.Clicks + 1, (await bad.RowsAsync(storage, 0)).Count);
        Assert.True(await new StudyStore(storage, TimeProvider.System).FinishRemovalsAsync(Cancel));
        Assert.Equal(["rater"], await bad.RowsAsync(storage, 0));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_study_that_cannot_be_read_is_named_and_the_others_are_listed(bool refused)
    {
        var prefix = azurite.NewPrefix();
        var storage = azurite.Open(prefix);
        await storage.EnsureCreatedAsync(Cancel);
        var (bad, good) = (await MadeStudy.InvitedAsync(storage), await MadeStudy.InvitedAsync(storage));
        var faults = Refusing(refused ? "GET" : "NONE", $"/{bad.Study.Id}/study.json");
        if (!refused)
        {
            await storage.Studies.GetBlobClient($"{bad.Study.Id}/study.json").UploadAsync(BinaryData.FromString("{\"v\":1,"), overwrite: true, Cancel);
        }

        var (unreadable, logger) = (new List<string>(), new FakeLogger<StudyStore>());
        var store = new StudyStore(azurite.Open(prefix, faults.Configure), TimeProvider.System, logger);
        Assert.Equal([good.Study.Id.ToString()], (await store.ListAsync(Cancel, unreadable)).Select(static study => study.Study));
        Assert.Equal([bad.Study.Id.ToString()], unreadable);
        Assert.Contains(bad.Study.Id.ToString(), Assert.Single(logger.Collector.GetSnapshot()).Message, StringComparison.Ordinal);

        // Who does not ask for the names learns of the fault.
        Assert.NotNull(await Record.ExceptionAsync(() => store.ListAsync(Cancel)));
    }

    private static StorageFaults Refusing(string method, string end) => new()
    {
        Refuses = (asked, address) => asked == RequestMethod.Parse(method) && address.AbsolutePath.EndsWith(end, StringComparison.Ordinal),
    };

    /// <summary>A deletion that was cut off behind its first write.</summary>
    private static async Task MarkAsync(RunStorage storage, MadeStudy made) =>
        await storage.Studies.GetBlobClient($"{made.Study.Id}/deleted.json").UploadAsync(BinaryData.FromString("{}"), Cancel);

    /// <summary>A withdrawal that was cut off behind its first write.</summary>
    private async Task MarkWithdrawnAsync(RunStorage storage, string prefix, MadeStudy made)
    {
        var store = new StudyStore(azurite.Open(prefix, new StorageFaults { KillAfter = 1, WritesOnly = true }.Configure), TimeProvider.System);
        await Assert.ThrowsAsync<ProcessKilledException>(async () => await store.ChangeAsync(await made.OpenAsync(store, 0), RaterState.Withdrawn, Cancel));
        Assert.Equal(MadeStudy.Clicks + 1, (await made.RowsAsync(storage, 0)).Count);
    }
}
