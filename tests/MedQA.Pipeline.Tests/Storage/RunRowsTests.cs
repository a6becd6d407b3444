using System.Globalization;
using MedQA.Pipeline.Storage;
using MedQA.Pipeline.Tests.Fixtures;

namespace MedQA.Pipeline.Tests.Storage;

public sealed class RunRowsTests(AzuriteFixture azurite)
{
    private const int Writers = 6;

    private const int Changes = 15;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task After_writers_have_met_the_list_shows_each_run_as_its_row_is()
    {
        var bench = new Bench(await azurite.NewAsync());
        var run = await bench.StartAsync(1);
        var rows = new RunRows(bench.Storage);

        for (var meeting = 0; meeting < 8; meeting++)
        {
            await Task.WhenAll(Enumerable.Range(0, Writers).Select(async writer =>
            {
                for (var change = 0; change < Changes; change++)
                {
                    var row = (await rows.FindAsync(run, Cancel))!;
                    var reason = string.Create(CultureInfo.InvariantCulture, $"{writer}: {change}");
                    await rows.TryUpdateAsync(row with { Summary = row.Summary with { Reason = reason } }, Cancel);
                }
            }));

            Assert.Equal((await rows.FindAsync(run, Cancel))!.Summary.Reason, Assert.Single((await bench.Reader.ListAsync(null, 10, Cancel)).Runs).Reason);
        }
    }
}
