using System.Text.Json;
using MedQA.Pipeline.Runs;
using MedQA.Pipeline.Storage;
using MedQA.Pipeline.Tests.Fixtures;

namespace MedQA.Pipeline.Tests.Storage;

public sealed class AnswerListTests(AzuriteFixture azurite)
{
    private static readonly RunId Run = RunId.Parse("aaaaaaaaaaaaaaaa");

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_page_is_two_reads_wherever_it_lies_and_says_what_comes_next_and_how_many_there_are()
    {
        var faults = new StorageFaults();
        var prefix = azurite.NewPrefix();
        await azurite.Open(prefix).EnsureCreatedAsync(Cancel);
        await WriteAsync(azurite.Open(prefix), AnswerFilter.Wrong, Enumerable.Range(0, 2000));
        var list = new AnswerList(azurite.Open(prefix, faults.Configure), Run, AnswerFilter.Wrong);

        // Every third is wrong: 667 of them.
        foreach (var (skip, take, expected, next) in ((int, int, int[], int?)[])[(0, 3, [0, 3, 6], 9), (664, 3, [1992, 1995, 1998], null), (665, 2, [1995, 1998], null), (666, 5, [1998], null)])
        {
            var before = faults.Calls;
            var (rows, following, length) = (await list.ReadAsync(skip, take, Cancel))!.Value;

            Assert.Equal(expected, rows.Select(static row => row.Ordinal));
            Assert.Equal((next, 667), (following, length));
            Assert.Equal(2, faults.Calls - before);
        }

        Assert.Empty((await list.ReadAsync(667, 5, Cancel))!.Value.Rows);
        Assert.Equal(Enumerable.Range(0, 667).Select(static place => 3 * place), (await list.OrdinalsAsync(Cancel))!);
        Assert.Equal(667, await list.AllAsync(Cancel).CountAsync(Cancel));
    }

    [Fact]
    public async Task A_list_that_is_not_there_is_none_and_one_without_rows_is_empty()
    {
        var storage = await azurite.NewAsync();
        var list = new AnswerList(storage, Run, AnswerFilter.Wrong);
        Assert.Null(await list.ReadAsync(0, 10, Cancel));
        Assert.Null(await list.OrdinalsAsync(Cancel));
        Assert.False(await list.ExistsAsync(Cancel));

        await WriteAsync(storage, AnswerFilter.Wrong, []);

        Assert.Empty((await list.ReadAsync(0, 10, Cancel))!.Value.Rows);
        Assert.Empty((await list.OrdinalsAsync(Cancel))!);
        Assert.True(await list.ExistsAsync(Cancel));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Rows_are_found_by_their_ordinals_however_far_apart_also_where_some_are_missing(bool gap)
    {
        var faults = new StorageFaults();
        var prefix = azurite.NewPrefix();
        await azurite.Open(prefix).EnsureCreatedAsync(Cancel);
        var ordinals = Enumerable.Range(0, 9000).Where(ordinal => !gap || ordinal is < 40 or >= 700).ToHashSet();
        await WriteAsync(azurite.Open(prefix), AnswerFilter.All, ordinals.Order());
        var list = new AnswerList(azurite.Open(prefix, faults.Configure), Run, AnswerFilter.All);
        int[][] asked = [[0], [8999], [39, 40, 41], [5, 300, 8000], [.. Enumerable.Range(0, 9).Select(static i => 1000 * i)], [], [50, 9001], [.. Enumerable.Range(2000, 100).Select(static i => 2 * i)]];
        foreach (var some in asked)
        {
            Assert.Equal(some.Where(ordinals.Contains), (await list.FindAsync(some, Cancel)).Select(static row => row.Ordinal));
        }

        // Rows that lie near each other are one stretch.
        var before = faults.Calls;
        Assert.Equal(100, (await list.FindAsync(asked[^1], Cancel)).Count);
        Assert.InRange(faults.Calls - before, 2, 3);
    }

    private static async Task WriteAsync(RunStorage storage, AnswerFilter filter, IEnumerable<int> ordinals)
    {
        var writer = new AnswerListWriter(storage, Run, filter);
        foreach (var ordinal in ordinals)
        {
            var row = new AnswerRow { Ordinal = ordinal, Id = $"q{ordinal}", Dataset = "set", Correct = ordinal % 3 != 0, Text = new string('é', ordinal % 7) };
            await writer.AddAsync(row, (byte[])[.. JsonSerializer.SerializeToUtf8Bytes(row, PipelineJson.Compact.AnswerRow), (byte)'\n'], Cancel);
        }

        await writer.CompleteAsync(Cancel);
    }
}
