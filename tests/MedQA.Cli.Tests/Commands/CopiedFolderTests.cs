using System.Text.Json;

namespace MedQA.Cli.Tests.Commands;

/// <summary>A copy of a data folder, as people make one to be safe before they try something.</summary>
public sealed class CopiedFolderTests(FinishedRuns finished)
{
    [Fact]
    public async Task A_run_that_is_deleted_in_a_copy_stays_in_the_original_that_is_being_served()
    {
        await using var medqa = new MedqaProcess();
        var (run, other) = await finished.CopyToAsync(medqa);
        await using var held = await medqa.HoldStorageAsync();
        var before = await medqa.JsonAsync("results");
        var (copy, ports) = await medqa.DataCopyAsync("copy");

        var (refused, _, why) = await medqa.RunAsync("delete", run, "--yes", "--data", copy);
        var (deleted, _, said) = await medqa.RunAsync("delete", run, "--yes", "--data", copy, "--ports", ports);

        Assert.NotEqual(0, refused);
        Assert.Contains($"for the data folder {Path.Combine(medqa.Folder, ".medqa")}, not for {copy}", why, StringComparison.Ordinal);
        Assert.True(deleted == 0, said);
        var left = Assert.Single((await medqa.JsonAsync("results", "--data", copy, "--ports", ports)).GetProperty("runs").EnumerateArray());
        Assert.Equal(other, left.GetProperty("run").GetString());
        Assert.Equal(2, before.GetProperty("runs").GetArrayLength());
        Assert.True(JsonElement.DeepEquals(before, await medqa.JsonAsync("results")));
    }
}
