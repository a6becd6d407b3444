using MedQA.Pipeline.Runs;
using MedQA.Pipeline.Storage;
using MedQA.Pipeline.Tests.Fixtures;

namespace MedQA.Pipeline.Tests.Storage;

public sealed class OrdinalIndexTests(AzuriteFixture azurite)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_id_among_many_is_found_with_few_calls_and_one_that_is_not_there_is_not()
    {
        var prefix = azurite.NewPrefix();
        await azurite.Open(prefix).EnsureCreatedAsync(Cancel);
        var faults = new StorageFaults();
        var files = new ResultFiles(azurite.Open(prefix, faults.Configure), RunId.Parse("aaaaaaaaaaaaaaaa"));
        const int Entries = 50_000;
        var ids = Enumerable.Range(0, Entries).Select(static i => (OrdinalIndex.HashOf($"q{i}"), i)).ToList();
        var (lowest, highest) = (ids.MinBy(static id => id.Item1).i, ids.MaxBy(static id => id.Item1).i);
        await files.Blob(OrdinalIndex.IdsName).PutAsync(OrdinalIndex.OfIds(ids), "application/octet-stream", Cancel);
        var before = faults.Calls;

        foreach (var ordinal in (int[])[lowest, highest, 0, 1, 777, 25_000, Entries - 1])
        {
            Assert.Equal([ordinal], await OrdinalIndex.FindAsync(files, $"q{ordinal}", Entries, Cancel));
        }

        Assert.InRange(faults.Calls - before, 7, 14);
        Assert.Empty(await OrdinalIndex.FindAsync(files, "q-1", Entries, Cancel));
    }

    [Fact]
    public async Task An_id_of_several_data_sets_has_several_places()
    {
        var storage = await azurite.NewAsync();
        var files = new ResultFiles(storage, RunId.Parse("aaaaaaaaaaaaaaaa"));
        List<(ulong, int)> ids = [.. Enumerable.Range(0, 3000).Select(static i => (OrdinalIndex.HashOf($"q{i}"), i)), (OrdinalIndex.HashOf("q5"), 7000), (OrdinalIndex.HashOf("q5"), 6000)];
        await files.Blob(OrdinalIndex.IdsName).PutAsync(OrdinalIndex.OfIds(ids), "application/octet-stream", Cancel);

        Assert.Equal([5, 6000, 7000], await OrdinalIndex.FindAsync(files, "q5", ids.Count, Cancel));
    }
}
