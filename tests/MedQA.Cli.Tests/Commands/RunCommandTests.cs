using System.CommandLine;
using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;
using Azure;
using MedQA.Cli.Commands;
using MedQA.Pipeline.Queries;

namespace MedQA.Cli.Tests.Commands;

/// <summary>The main command from end to end: real processes, real storage, a real (small) model.</summary>
public sealed class RunCommandTests(FinishedRuns finished)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_question_set_is_answered_scored_and_shown_again()
    {
        await using var medqa = new MedqaProcess { KeepsStorage = true };
        var (sums, profile) = (medqa.Sums(8), medqa.Profile(samples: 5));

        var (code, table, notices) = await medqa.RunAsync("run", sums, "--profile", profile);
        Assert.True(code == 0, notices);
        foreach (var part in (string[])["Accuracy", " of 8 right", "95 % interval", "Agreement", "Forced answers", "Tokens", "Time", "medqa results ", "not medical advice"])
        {
            Assert.Contains(part, table, StringComparison.Ordinal);
        }

        Assert.DoesNotContain("What is", notices, StringComparison.Ordinal);
        Assert.Contains("`medqa serve`, then http://127.0.0.1:5080/#/runs/", notices, StringComparison.Ordinal);

        var shown = await medqa.JsonAsync("results", "latest");
        Assert.Equal("completed", shown.GetProperty("run").GetProperty("state").GetString());
        Assert.Equal(8, shown.GetProperty("report").GetProperty("accuracy").GetProperty("scored").GetInt32());
        Assert.True(shown.GetProperty("report").GetProperty("tokens").GetProperty("generated").GetInt64() > 8 * 5 * 20);

        var (again, _, said) = await medqa.RunAsync("run", sums, "--profile", profile);
        Assert.Equal(0, again);
        Assert.Contains("was already asked with this profile and model", said, StringComparison.Ordinal);
        Assert.Equal(1, (await medqa.JsonAsync("results")).GetProperty("runs").GetArrayLength());
    }

    [Theory]
    [InlineData("self-consistency")]
    [LongInlineData("chain-of-thought")]
    public async Task The_readmes_sums_are_answered_by_the_profiles_that_the_model_brings(string profile)
    {
        await using var medqa = new MedqaProcess { KeepsStorage = true };
        var sums = Path.Combine(medqa.Folder, "first.csv");
        await File.WriteAllLinesAsync(sums, File.ReadLines(Repository.PathOf("samples", "sums.csv")).Take(5), Cancel);

        Assert.Equal(File.ReadLines(Repository.PathOf("models", "reasoner", "sums.csv")).Take(201), File.ReadLines(Repository.PathOf("samples", "sums.csv")));
        var (code, table, notices) = await medqa.RunAsync("run", sums, "--model", "reasoner", "--profile", profile);
        Assert.True(code == 0, notices);
        Assert.Contains(profile, table, StringComparison.Ordinal);
        Assert.Contains(" of 4 right; ", table, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nothing_that_is_asked_or_answered_is_logged_at_any_level()
    {
        await using var medqa = new MedqaProcess { KeepsStorage = true };

        var (code, _, logged) = await medqa.RunAsync("run", medqa.Sums(3), "--profile", medqa.Profile(samples: 3), "--log", "debug");

        Assert.True(code == 0, logged);
        Assert.Contains("info: MedQA.Pipeline.Answering.BatchQueueReader", logged, StringComparison.Ordinal);
        var answered = await medqa.JsonAsync("results", "latest");
        var prompt = answered.GetProperty("report").GetProperty("prompts")[0].GetProperty("text").GetString()!;
        var question = prompt[(prompt.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim().Split('\n')[0];
        Assert.True(question.Length > 5, prompt);
        Assert.DoesNotContain(question, logged, StringComparison.Ordinal);
        foreach (var text in (string[])["Carefully", "Quickly", "Slowly", "Explanation", "AccountKey=", "SharedKey "])
        {
            Assert.DoesNotContain(text, logged, StringComparison.OrdinalIgnoreCase);
        }
    }

    [Theory]
    [InlineData("--graph", "model.onnx")]
    [LongInlineData]
    public async Task Answers_are_verified_bit_for_bit_with_the_graph_that_gave_them(params string[] graph)
    {
        await using var medqa = new MedqaProcess { KeepsStorage = true };

        var ran = await medqa.JsonAsync(["run", medqa.Sums(2), "--profile", medqa.Profile(samples: 1), "--model", "smollm2-135m-instruct", .. graph]);
        var run = ran.GetProperty("run").GetProperty("run").GetString()!;
        var engine = ran.GetProperty("report").GetProperty("circumstances").GetProperty("engineFingerprints")[0].GetString()!;
        Assert.Equal(
            graph.Length == 0 && engine.Contains("avx512vnni", StringComparison.Ordinal), engine.EndsWith("; graph 8bit 1", StringComparison.Ordinal));

        var verified = await medqa.JsonAsync("verify", run, "--questions", "2", "--model", "smollm2-135m-instruct");

        Assert.Equal(["sameBits", "sameBits"], verified.GetProperty("answers").EnumerateArray().Select(static answer => answer.GetProperty("kind").GetString()!));
        Assert.True(verified.GetProperty("holds").GetBoolean());
    }

    [Fact]
    public async Task Runs_are_compared_replayed_verified_and_exported()
    {
        await using var medqa = new MedqaProcess();
        var (one, other) = await finished.CopyToAsync(medqa);
        await using var held = await medqa.HoldStorageAsync();

        var comparison = await medqa.JsonAsync("compare", one, other, "--html", "comparison.html");
        Assert.Equal(2, comparison.GetProperty("accuracies").GetArrayLength());
        Assert.Equal(6, comparison.GetProperty("pairs")[0].GetProperty("questions").GetInt32());
        var replay = await medqa.JsonAsync("replay", one, "--html", "replay.html");
        Assert.Contains("<svg", await File.ReadAllTextAsync(Path.Combine(medqa.Folder, "replay.html"), Cancel), StringComparison.Ordinal);
        Assert.Contains("Strategies, models and data sets", await File.ReadAllTextAsync(Path.Combine(medqa.Folder, "comparison.html"), Cancel), StringComparison.Ordinal);
        Assert.Equal(3, replay.GetProperty("samples").GetInt32());

        var verified = await medqa.JsonAsync("verify", one, "--questions", "2", "--seed", "5");
        Assert.True(verified.GetProperty("holds").GetBoolean());
        Assert.Equal(["sameBits", "sameBits"], verified.GetProperty("answers").EnumerateArray().Select(static answer => answer.GetProperty("kind").GetString()!));
        var (verifyCode, verifyText, _) = await medqa.RunAsync("verify", one, "--questions", "0");
        Assert.Equal(0, verifyCode);
        Assert.Contains("The run is verified.", verifyText, StringComparison.Ordinal);

        var (code, written, notices) = await medqa.RunAsync("export", one, "--to", "out");
        Assert.True(code == 0, notices);
        Assert.Equal(["answers.csv", "answers.jsonl", "answers.parquet", "manifest.json", "report.html", "report.json", "report.md", "samples.parquet"], Directory.EnumerateFiles(Path.Combine(medqa.Folder, "out")).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.Contains("report.html", written, StringComparison.Ordinal);
        var (_, chosen, _) = await medqa.RunAsync("export", one, "--to", "table", "--format", "parquet");
        Assert.Equal([Path.Combine(medqa.Folder, "table", "answers.parquet"), Path.Combine(medqa.Folder, "table", "samples.parquet")], chosen.Trim().Split(Environment.NewLine));
        var (_, handed, _) = await medqa.RunAsync("export", one, "--to", "handed", "--format", "inspect", "--format", "lm-eval", "--format", "eee", "--format", "card");
        var files = handed.Trim().Split(Environment.NewLine).Select(path => Path.GetRelativePath(Path.Combine(medqa.Folder, "handed"), path)).ToList();
        Assert.Equal(6, files.Count);
        Assert.All(files, file => Assert.True(File.Exists(Path.Combine(medqa.Folder, "handed", file)), file));
        Assert.Matches($"^[0-9]{{4}}-[0-9-]{{5}}T[0-9-]{{8}}\\+00-00_.+_{one}\\.json$", files[0]);
        Assert.StartsWith("results_", Path.GetFileName(files[1]), StringComparison.Ordinal);
        Assert.StartsWith("samples_", Path.GetFileName(files[2]), StringComparison.Ordinal);
        Assert.Equal(("data", files[3][..^".json".Length] + "_samples.jsonl", "card.md"), (files[3].Split(Path.DirectorySeparatorChar)[0], files[4], files[5]));
        var everything = await File.ReadAllLinesAsync(Path.Combine(medqa.Folder, "out", "answers.jsonl"), Cancel);
        Assert.Equal([3, 3, 3, 3, 3, 3], everything.Select(static line => JsonDocument.Parse(line).RootElement.GetProperty("answer").GetProperty("reasonings").GetArrayLength()));
        Assert.Equal(7, (await File.ReadAllLinesAsync(Path.Combine(medqa.Folder, "out", "answers.csv"), Cancel)).Length);
    }

    [Fact]
    public async Task A_run_is_estimated_without_a_storage()
    {
        await using var medqa = new MedqaProcess();

        var estimate = await medqa.JsonAsync("estimate", medqa.Sums(6), "--profile", medqa.Profile(samples: 3), "--measure", "1");

        Assert.Equal(6, estimate.GetProperty("questions").GetInt32());
        Assert.Equal(6 * 3 * 180, estimate.GetProperty("maxGeneratedTokens").GetInt32());
        Assert.InRange(estimate.GetProperty("expectedGeneratedTokens").GetInt32(), 6 * 3 * 20, 6 * 3 * 180);
        Assert.False(Directory.Exists(Path.Combine(medqa.Folder, ".medqa")));
    }

    [Fact]
    public async Task Files_in_other_formats_become_one_question_set()
    {
        await using var medqa = new MedqaProcess { KeepsStorage = true };
        await File.WriteAllLinesAsync(Path.Combine(medqa.Folder, "more.jsonl"), ["""{"id":"j1","question":"Is it?","options":["one","two"],"answer":"B"}""", """{"id":"j2","question":"","options":["one","two"],"answer":"B"}"""], Cancel);

        var (code, output, notices) = await medqa.RunAsync("import", medqa.Sums(2), "more.jsonl", "--to", "all.csv");

        Assert.True(code == 0, notices);
        Assert.StartsWith("all.csv: 3 questions; all.rejected.csv lists the rejected row", output, StringComparison.Ordinal);
        Assert.Equal(4, (await File.ReadAllLinesAsync(Path.Combine(medqa.Folder, "all.csv"), Cancel)).Length);
        Assert.DoesNotContain(Directory.EnumerateFiles(medqa.Folder), static path => path.EndsWith(".unfinished", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_suite_in_a_folder_becomes_one_set_and_what_is_missing_is_named_with_its_place()
    {
        await using var medqa = new MedqaProcess { KeepsStorage = true };
        var folder = Directory.CreateDirectory(Path.Combine(medqa.Folder, "benchmarks")).FullName;
        var rows = Enumerable.Range(0, 100).Select(static number => $"\"Which gene is number {number}?\",one,two,three,four,B");
        await File.WriteAllLinesAsync(Path.Combine(folder, "medical_genetics_test.csv"), rows, Cancel);

        var (code, output, notices) = await medqa.RunAsync("import", "benchmarks", "--suite", "multimedqa", "--to", "all.csv");

        Assert.True(code == 0, notices);
        Assert.StartsWith("all.csv: 100 questions", output, StringComparison.Ordinal);
        Assert.Contains("medqa_us_test_4opt is missing; it is published at github.com/jind11/MedQA", notices, StringComparison.Ordinal);
        Assert.Contains(",mmlu_medical_genetics_test,", (await File.ReadAllLinesAsync(Path.Combine(medqa.Folder, "all.csv"), Cancel))[1], StringComparison.Ordinal);

        var (refused, _, why) = await medqa.RunAsync("import", "benchmarks", "--to", "all.csv");
        Assert.Equal(2, refused);
        Assert.Contains("benchmarks is a folder; name the question sets in it, or its suite with --suite multimedqa.", why, StringComparison.Ordinal);
    }

    [LongFact]
    public async Task Killed_in_the_middle_and_started_again_it_ends_with_the_report_of_an_undisturbed_run()
    {
        // So many that the kill comes in the middle on a fast machine too: what is done is seen once a second.
        const int Questions = 60;
        await using var undisturbed = new MedqaProcess { KeepsStorage = true };
        var expected = await undisturbed.JsonAsync("run", undisturbed.Sums(Questions), "--profile", undisturbed.Profile(samples: 41));

        await using var disturbed = new MedqaProcess { KeepsStorage = true };
        var (sums, profile) = (disturbed.Sums(Questions), disturbed.Profile(samples: 41));
        var first = disturbed.Start("run", sums, "--profile", profile);
        var drained = Task.WhenAll(first.StandardOutput.ReadToEndAsync(Cancel), first.StandardError.ReadToEndAsync(Cancel));
        await UntilDoneAsync(disturbed, atLeast: 3, first);
        first.Kill();
        await first.WaitForExitAsync(Cancel);
        await drained;

        var actual = await disturbed.JsonAsync("resume");
        Assert.Equal(WithoutCircumstances(expected), WithoutCircumstances(actual));
        Assert.Equal(Questions, actual.GetProperty("run").GetProperty("done").GetInt32());

        // Each answer that was ever written is one line of a progress blob.
        await using var storage = await disturbed.HoldStorageAsync();
        var ordinals = new List<int>();
        await foreach (var blob in disturbed.Storage.Runs.GetBlobsAsync(cancellationToken: Cancel))
        {
            if (blob.Name.Contains("/progress/", StringComparison.Ordinal))
            {
                var content = await disturbed.Storage.Runs.GetBlobClient(blob.Name).DownloadContentAsync(Cancel);
                ordinals.AddRange(content.Value.Content.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries)
                    .Select(static line => JsonElement.Parse(line)).Where(static line => line.TryGetProperty("reasonings", out _)).Select(static line => line.GetProperty("ordinal").GetInt32()));
            }
        }

        Assert.Equal(Enumerable.Range(0, Questions), ordinals.Order());
    }

    [Fact]
    public async Task What_others_set_for_web_servers_changes_no_command()
    {
        await using var medqa = new MedqaProcess();
        var (first, second) = await finished.CopyToAsync(medqa);
        await using var held = await medqa.HoldStorageAsync();
        foreach (var run in (string[])[first, second])
        {
            await medqa.Storage.Runs.GetBlobClient($"{run}/manifest.json").UploadAsync(BinaryData.FromString("""{"v":99}"""), overwrite: true, Cancel);
        }

        // What a later release stored cannot be read: a fault, which the command says itself.
        var plain = await medqa.RunAsync("compare", first, second);
        Assert.Equal(1, plain.Code);
        foreach (var name in (string[])["ASPNETCORE_ENVIRONMENT", "DOTNET_ENVIRONMENT"])
        {
            medqa.Variables[name] = "Development";
        }

        medqa.Variables["ASPNETCORE_URLS"] = "nowhere";
        medqa.Variables["ASPNETCORE_HOSTINGSTARTUPASSEMBLIES"] = "None";
        Assert.Equal(plain, await medqa.RunAsync("compare", first, second));
    }

    [Theory]
    [InlineData("not a question set\nat all\n")]
    [LongInlineData("")]
    [InlineData("id,question,option_a,option_b,answer\nq1,,x,y,A\n")]
    public async Task A_file_that_is_no_question_set_ends_with_one_sentence_and_code_2_and_starts_nothing(string content)
    {
        await using var medqa = new MedqaProcess { KeepsStorage = true };
        var file = Path.Combine(medqa.Folder, "bad.csv");
        await File.WriteAllTextAsync(file, content, Cancel);

        var (code, output, notices) = await medqa.RunAsync("run", file);

        Assert.Equal(2, code);
        Assert.Equal("", output);
        Assert.StartsWith("medqa: ", notices, StringComparison.Ordinal);
        Assert.Single(notices.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.False(Directory.Exists(Path.Combine(medqa.Folder, ".medqa")));
    }

    [Theory]
    [InlineData("medqa: No such file: nothing.csv.", "run", "nothing.csv")]
    [InlineData("medqa: --threads is 'many', but must be a whole number from 1 to 1,024.", "results", "--threads", "many")]
    [InlineData("medqa: No profile 'none'.", "profiles", "show", "none")]
    [LongInlineData("medqa: --answer-notation is 'roman', but must be detect, letter, fromZero, fromOne or text.", "run", "a.csv", "--answer-notation", "roman")]
    [InlineData("medqa: `medqa run` needs FILE.\nSee `medqa run --help`.", "run")]
    [LongInlineData("medqa: `medqa study delete` has no option --irrevocably.\nSee `medqa study delete --help`.", "study", "delete", "latest", "--irrevocably")]
    public async Task What_cannot_be_done_is_said_in_a_sentence_and_code_2(string sentence, params string[] arguments)
    {
        await using var medqa = new MedqaProcess { KeepsStorage = true };
        var (code, output, notices) = await medqa.RunAsync(arguments);
        Assert.Equal(2, code);
        Assert.Equal("", output);
        Assert.StartsWith(sentence, notices, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Every_command_s_help_teaches_by_example()
    {
        await using var medqa = new MedqaProcess();
        var (code, shown, _) = await medqa.RunAsync("run", "--help");
        Assert.Equal(0, code);
        Assert.Contains($"Examples:{Environment.NewLine}  ", shown, StringComparison.Ordinal);
        foreach (var command in (string[])["run", "resume", "results", "annotate", "estimate", "compare", "replay", "overlap", "export", "import", "serve", "worker", "profiles", "models", "cancel", "delete", "approve", "verify", "completion"])
        {
            using var help = new StringWriter();
            Assert.Equal(0, await CommandLine.Create().Parse([command, "--help"], CommandLineFaults.Parsing).InvokeAsync(new InvocationConfiguration { Output = help }, Cancel));
            Assert.Contains($"Examples:{Environment.NewLine}  ", help.ToString(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_shell_is_told_what_could_come_next()
    {
        await using var medqa = new MedqaProcess();
        Assert.Contains("[suggest:", (await medqa.RunAsync("completion", "bash")).Output, StringComparison.Ordinal);
        var (_, commands, _) = await medqa.RunAsync("[suggest:9]", "medqa res");
        Assert.Equal(["results", "resume"], commands.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Order(StringComparer.Ordinal));
        var (_, options, _) = await medqa.RunAsync("[suggest:18]", "medqa run --profil");
        Assert.Contains("--profile", options, StringComparison.Ordinal);
        await OffersNoSlashAsync(medqa, "medqa study ", "medqa results /");

        // Names of profiles and runs, without a start of the storage.
        var (run, _) = await finished.CopyToAsync(medqa);
        File.WriteAllText(Path.Combine(medqa.Folder, ".medqa", "known-profiles"), "sums-3\n");
        var (_, profiles, _) = await medqa.RunAsync("[suggest:26]", "medqa run x.csv --profile ");
        Assert.Contains("few-shot", Lines(profiles));
        Assert.Contains("sums-3", Lines(profiles));
        Assert.DoesNotContain("latest", Lines(profiles));
        var (_, none, _) = await medqa.RunAsync("[suggest:13]", "medqa export ");
        Assert.Contains("latest", Lines(none));
        Assert.False(File.Exists(Path.Combine(medqa.Folder, ".medqa", "azurite.json")));
        await using var held = await medqa.HoldStorageAsync();
        foreach (var line in (string[])["medqa export ", "medqa compare a ", "medqa overlap a b --run "])
        {
            var (_, runs, _) = await medqa.RunAsync($"[suggest:{line.Length}]", line);
            Assert.Contains(run, Lines(runs));
        }

        var service = await medqa.RunAsync("[suggest:41]", "medqa results --endpoint http://127.0.0.1:1 ");
        Assert.Equal((0, ""), (service.Code, service.Notices));
    }

    [LongFact]
    public async Task Every_shell_is_told_what_could_come_next_everywhere_in_a_line()
    {
        await using var medqa = new MedqaProcess { KeepsStorage = true };
        foreach (var shell in (string[])["bash", "zsh", "pwsh"])
        {
            Assert.Contains("[suggest:", (await medqa.RunAsync("completion", shell)).Output, StringComparison.Ordinal);
        }

        var (_, models, _) = await medqa.RunAsync("[suggest:14]", "medqa models f");
        Assert.Equal("fetch", models.Trim());
        await OffersNoSlashAsync(medqa, "medqa ", "medqa results ", "medqa run x.csv ", "medqa models fetch ", "medqa /");
        var run = (await medqa.JsonAsync("run", medqa.Sums(1), "--profile", medqa.Profile(samples: 1))).GetProperty("run").GetProperty("run").GetString()!;
        foreach (var line in (string[])["medqa results ", "medqa delete "])
        {
            var (_, runs, _) = await medqa.RunAsync($"[suggest:{line.Length}]", line);
            Assert.Contains(run, Lines(runs));
        }
    }

    /// <summary>The parser's Windows-style options, such as /?, are completed nowhere.</summary>
    private static async Task OffersNoSlashAsync(MedqaProcess medqa, params string[] lines)
    {
        foreach (var line in lines)
        {
            var (_, offered, _) = await medqa.RunAsync($"[suggest:{line.Length}]", line);
            Assert.DoesNotContain(Lines(offered), static word => word.StartsWith('/'));
            Assert.Equal(!line.EndsWith('/'), Lines(offered).Contains("--help"));
        }
    }

    private static string[] Lines(string text) => text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    /// <summary>Looks into the storage from outside until some questions are done.</summary>
    private static async Task UntilDoneAsync(MedqaProcess medqa, int atLeast, Process process)
    {
        var reader = new RunReader(medqa.Storage);
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
        while (true)
        {
            Assert.False(process.HasExited, "The run ended before it could be killed.");
            try
            {
                var runs = await reader.ListAsync(null, 1, Cancel);
                if (runs.Runs is [{ Totals.Done: var done }] && done >= atLeast)
                {
                    return;
                }
            }
            catch (Exception exception) when (exception is RequestFailedException or AggregateException)
            {
                // The storage is being started.
            }

            await timer.WaitForNextTickAsync(Cancel);
        }
    }

    private static string WithoutCircumstances(JsonElement shown)
    {
        var report = JsonNode.Parse(shown.GetProperty("report").GetRawText())!.AsObject();
        Assert.True(report.Remove("circumstances"));
        return report.ToJsonString();
    }
}
