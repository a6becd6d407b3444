namespace MedQA.Cli.Tests.Commands;

public sealed class MetadataCommandTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_mapped_set_is_run_and_its_accuracy_shown_by_metadata()
    {
        await using var medqa = new MedqaProcess { KeepsStorage = true };
        await File.WriteAllLinesAsync(
            Path.Combine(medqa.Folder, "set.csv"),
            [
                "aufgabe,w,x,y,z,richtige_antwort,Stufe,jahr",
                .. Enumerable.Range(2, 4).Select(static number => $"What is {number}+{number}?,{number},{2 * number},7,9,B,{(number < 4 ? "leicht" : "schwer")},{(number == 2 ? "" : "2019")}"),
            ],
            Cancel);
        await File.WriteAllTextAsync(
            Path.Combine(medqa.Folder, "map.json"), """{ "question": "aufgabe", "gold": "richtige_antwort", "option_a": "w", "option_b": "x", "option_c": "y", "option_d": "z" }""", Cancel);

        var (refused, _, why) = await medqa.RunAsync("estimate", "set.csv", "--profile", "few-shot");
        Assert.Equal(2, refused);
        Assert.Contains("no column is named question", why, StringComparison.Ordinal);
        var imported = await medqa.RunAsync("import", "set.csv", "--to", "out.csv", "--map", "map.json");
        Assert.True(imported.Code == 0, imported.Notices);
        Assert.StartsWith("id,dataset,question,context,option_a,option_b,option_c,option_d,answer,meta:Stufe,meta:jahr\r\n", await File.ReadAllTextAsync(Path.Combine(medqa.Folder, "out.csv"), Cancel), StringComparison.Ordinal);

        await medqa.JsonAsync("run", "set.csv", "--profile", medqa.Profile(samples: 1), "--map", "question=aufgabe,gold=richtige_antwort,option_a=w,option_b=x,option_c=y,option_d=z");
        var slices = (await medqa.JsonAsync("results", "latest", "--slices", "Stufe, jahr")).GetProperty("slices");
        Assert.Equal(
            ["Stufe leicht 2", "Stufe schwer 2", "jahr 2019 3", "jahr - 1"],
            slices.GetProperty("slices").EnumerateArray().Select(static slice => $"{slice.GetProperty("name").GetString()} {(slice.TryGetProperty("value", out var value) ? value.GetString() : "-")} {slice.GetProperty("accuracy").GetProperty("scored").GetInt32()}"));

        // Two questions are too few to be tested.
        Assert.Equal(0, slices.GetProperty("tests").GetInt32());

        var (code, markdown, notices) = await medqa.RunAsync("results", "latest", "--slices", "Stufe", "--markdown");
        Assert.True(code == 0, notices);
        Assert.Contains("## Metadata", markdown, StringComparison.Ordinal);
        Assert.Contains("| Stufe | schwer |", markdown, StringComparison.Ordinal);

        Assert.Equal(2, (await medqa.JsonAsync("results", "latest", "--slices", "stufe")).GetProperty("slices").GetProperty("slices").GetArrayLength());
        var (none, _, fault) = await medqa.RunAsync("results", "latest", "--slices", "level");
        Assert.Equal(2, none);
        Assert.Contains("No question has metadata named 'level'; the names are 'Stufe', 'jahr'.", fault, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Pairs_are_in_the_report_where_the_map_names_them_and_compared_by_other_columns_on_request()
    {
        await using var medqa = new MedqaProcess { KeepsStorage = true };
        await File.WriteAllLinesAsync(
            Path.Combine(medqa.Folder, "set.csv"),
            [
                "question,a,b,c,d,answer,vignette_id,sex,age",
                .. Enumerable.Range(2, 4).Select(static number => $"What is {number}+{number}?,{number},{2 * number},7,9,B,v{number / 2},{(number % 2 == 0 ? "male" : "female")},{(number < 4 ? "old" : "young")}"),
            ],
            Cancel);

        var run = await medqa.RunAsync("run", "set.csv", "--profile", medqa.Profile(samples: 1), "--map", "pair=vignette_id,group=sex");
        Assert.True(run.Code == 0, run.Notices);
        Assert.Contains("Counterfactual pairs", run.Output, StringComparison.Ordinal);
        Assert.Contains("with 'group'", run.Output, StringComparison.Ordinal);
        var shown = await medqa.JsonAsync("results", "latest", "--pairs");
        Assert.Equal(("male", 2), (shown.GetProperty("pairs").GetProperty("reference").GetString(), shown.GetProperty("pairs").GetProperty("pairs").GetInt32()));
        Assert.Equal(shown.GetProperty("report").GetProperty("pairs").GetRawText().Replace(" ", "", StringComparison.Ordinal), shown.GetProperty("pairs").GetRawText().Replace(" ", "", StringComparison.Ordinal));

        var (code, markdown, notices) = await medqa.RunAsync("results", "latest", "--pairs", "--group-column", "age", "--reference-group", "Young", "--markdown", "--html", "report.html");
        Assert.True(code == 0, notices);
        Assert.Contains("- 2 pairs have several questions of one group, which are left out (v1, v2).", markdown, StringComparison.Ordinal);
        Assert.Equal(2, markdown.Split("Counterfactual pairs").Length);
        Assert.Contains("Counterfactual pairs</h2>", await File.ReadAllTextAsync(Path.Combine(medqa.Folder, "report.html"), Cancel), StringComparison.Ordinal);

        var (none, _, fault) = await medqa.RunAsync("results", "latest", "--pairs", "--pair-column", "question");
        Assert.Equal(2, none);
        Assert.Contains("No question has metadata named 'question', which is to name the pair; there is 'pair', 'group', 'age'. Say which does (--pair-column, over HTTP pair=).", fault, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("results --pairs", "--pairs applies to one run")]
    [InlineData("results latest --pairs --output csv", "--pairs applies to one run")]
    [InlineData("results latest --reference-group x", "--reference-group applies to --pairs: add that.")]
    [InlineData("results --slices year", "--slices applies to one run")]
    [InlineData("results latest --slices a,,b", "--slices must name 1 to 10 columns of metadata")]
    [InlineData("run set.csv --map gold", "--map gold is no PART=COLUMN, and cannot be read as a file")]
    [InlineData("run set.csv --map right=x", "--map names the part 'right'; the parts are question,")]
    [InlineData("import set.csv --to out.csv --map map.json", "--map is not valid JSON.")]
    public async Task What_is_no_map_and_no_list_of_names_is_refused(string command, string message)
    {
        await using var medqa = new MedqaProcess();
        await File.WriteAllTextAsync(Path.Combine(medqa.Folder, "set.csv"), "question,a,b,answer\nOne?,yes,no,A\n", Cancel);
        await File.WriteAllTextAsync(Path.Combine(medqa.Folder, "map.json"), "{", Cancel);
        var (code, _, notices) = await medqa.RunAsync(command.Split(' '));
        Assert.Equal(2, code);
        Assert.Contains(message, notices, StringComparison.Ordinal);
    }
}
