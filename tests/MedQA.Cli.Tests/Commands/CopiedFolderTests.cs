using System.Text.Json;

namespace MedQA.Cli.Tests.Commands;

/// <summary>A copy of a data folder, as people make one to be safe before they try something.</summary>
public sealed class CopiedFolderTests
{
    [Fact]
    public async Task A_run_that_is_deleted_in_a_copy_stays_in_the_original_that_is_being_served()
    {
        await using var medqa = new MedqaProcess { KeepsStorage = true };
        var made = await medqa.JsonAsync("run", medqa.Sums(2), "--profile", medqa.Profile(samples: 3));
        var run = made.GetProperty("run").GetProperty("run").GetString()!;
        var before = Only(await medqa.JsonAsync("results"));
        var (copy, ports) = await medqa.DataCopyAsync("copy");

        var (refused, _, why) = await medqa.RunAsync("delete", run, "--data", copy);
        var (deleted, _, said) = await medqa.RunAsync("delete", run, "--data", copy, "--ports", ports);

        Assert.NotEqual(0, refused);
        Assert.Contains($"for the data folder {Path.Combine(medqa.Folder, ".medqa")}, not for {copy}", why, StringComparison.Ordinal);
        Assert.True(deleted == 0, said);
        Assert.Empty((await medqa.JsonAsync("results", "--data", copy, "--ports", ports)).GetProperty("runs").EnumerateArray());
        Assert.True(JsonElement.DeepEquals(before, Only(await medqa.JsonAsync("results"))));
    }

    private static JsonElement Only(JsonElement list) => Assert.Single(list.GetProperty("runs").EnumerateArray());
}
