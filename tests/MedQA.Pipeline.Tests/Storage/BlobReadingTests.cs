using MedQA.Pipeline.Runs;
using MedQA.Pipeline.Tests.Fixtures;

namespace MedQA.Pipeline.Tests.Storage;

public sealed class BlobReadingTests(AzuriteFixture azurite)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task A_blob_that_is_replaced_while_it_is_opened_is_read_as_it_stands_then(int at)
    {
        var (prefix, run) = (azurite.NewPrefix(), RunId.Parse("abcdefghijklmnop"));
        var others = azurite.Open(prefix);
        await others.EnsureCreatedAsync(Cancel);
        await PutAsync("before");
        var faults = new StorageFaults { Before = call => call == at ? PutAsync("after") : Task.CompletedTask };

        await using var opened = await azurite.Open(prefix, faults.Configure).Blob(run, "report.json").FindReadableAsync(Cancel);

        using var reader = new StreamReader(opened!);
        Assert.Equal("after", await reader.ReadToEndAsync(Cancel));

        Task PutAsync(string text) => others.Blob(run, "report.json").PutAsync(BinaryData.FromString(text), "application/json", Cancel);
    }

    [Fact]
    public async Task A_blob_that_is_deleted_while_it_is_opened_is_missing()
    {
        var (prefix, run) = (azurite.NewPrefix(), RunId.Parse("abcdefghijklmnop"));
        var others = azurite.Open(prefix);
        await others.EnsureCreatedAsync(Cancel);
        await others.Blob(run, "report.json").PutAsync(BinaryData.FromString("before"), "application/json", Cancel);
        var faults = new StorageFaults { Before = call => call == 2 ? others.Blob(run, "report.json").DeleteAsync(cancellationToken: Cancel) : Task.CompletedTask };

        Assert.Null(await azurite.Open(prefix, faults.Configure).Blob(run, "report.json").FindReadableAsync(Cancel));
    }
}
