using System.Diagnostics;
using MedQA.Azurite;
using MedQA.Evaluation;

namespace MedQA.Cli.Tests.Commands;

/// <summary>
/// What the tool says of a run whose process was stopped, killed or suspended, and whose an upload is, with real processes side by side.
/// </summary>
public sealed class StoppedRunTests
{
    private const int Questions = 300;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_process_that_was_suspended_while_it_started_is_named()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Only Linux tells whether a process is suspended.");
        await using var medqa = new MedqaProcess();
        var node = Path.Combine(medqa.Folder, "node.sh");
        var begun = Path.Combine(medqa.Folder, "begun");
        OddFiles.Pipe(begun);
        await File.WriteAllTextAsync(node, $"#!/bin/sh\necho > '{begun}'\nexec sleep 600\n", Cancel);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(node, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }

        var starting = medqa.Start("results", "--node", node);
        await File.ReadAllTextAsync(begun, Cancel);
        Assert.True(await Signals.SendAsync("STOP", starting.Id, Cancel));

        var reports = new List<string>();
        var options = new AzuriteOptions
        {
            DataFolder = Path.Combine(medqa.Folder, ".medqa"),
            Ports = FreePorts.Take(),
            StartLimit = TimeSpan.FromSeconds(4),
        };
        var fault = await Assert.ThrowsAsync<UnusableException>(() => AzuriteServer.StartAsync(options, reports.Add, Cancel));

        Assert.StartsWith($"Another medqa (process {starting.Id}) began to start on", fault.Message, StringComparison.Ordinal);
        Assert.Contains($"kill -CONT {starting.Id}", fault.Message, StringComparison.Ordinal);
        Assert.Contains(reports, report => report.StartsWith($"Waiting for another medqa (process {starting.Id})", StringComparison.Ordinal));
    }

    [LongFact]
    public async Task A_run_that_nobody_works_on_is_paused_however_its_process_ended()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The signals are sent by the kill program.");
        await using var medqa = new MedqaProcess();
        string[] arguments = ["run", medqa.Sums(Questions), "--profile", medqa.Profile(samples: 41)];

        var (stopped, notices) = await BegunAsync(medqa, arguments);
        Assert.False(await PausedAsync(medqa));
        await MedqaProcess.StopAsync(stopped);
        var run = (await medqa.JsonAsync("results")).GetProperty("runs")[0].GetProperty("run").GetString();
        var sentence = $"Stopped. Run {run} is paused; no answers are lost. Continue with `medqa resume {run}`.";
        Assert.Contains(sentence, await notices, StringComparison.Ordinal);
        Assert.True(await PausedAsync(medqa));
        var (_, table, _) = await medqa.RunAsync("results");
        Assert.Contains("paused", table, StringComparison.Ordinal);

        var (killed, _) = await BegunAsync(medqa, "resume");
        Assert.False(await PausedAsync(medqa));
        killed.Kill();
        await killed.WaitForExitAsync(Cancel);
        Assert.True(await PausedAsync(medqa));

        var (suspended, _) = await BegunAsync(medqa, "resume");
        Assert.True(await Signals.SendAsync("STOP", suspended.Id, Cancel));
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1));
        while (!await PausedAsync(medqa))
        {
            await timer.WaitForNextTickAsync(Cancel);
        }

        Assert.True(await Signals.SendAsync("CONT", suspended.Id, Cancel));
        while (await PausedAsync(medqa))
        {
            await timer.WaitForNextTickAsync(Cancel);
        }

        await MedqaProcess.StopAsync(suspended);
    }

    [Fact]
    public async Task A_storage_that_does_not_answer_is_said_in_a_sentence()
    {
        await using var medqa = new MedqaProcess();

        var (code, _, notices) = await medqa.RunAsync("results", "--storage", medqa.ConnectionString);

        Assert.Equal(1, code);
        Assert.StartsWith("medqa: The storage does not answer: ", notices, StringComparison.Ordinal);
        Assert.EndsWith("is the address in --storage or MEDQA_STORAGE correct?\n", notices, StringComparison.Ordinal);
        Assert.Single(notices.TrimEnd().Split('\n'));
    }

    [Fact]
    public async Task A_run_that_nobody_works_on_is_cancelled_and_deleted_by_the_command_itself()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The signals are sent by the kill program.");
        await using var medqa = new MedqaProcess { KeepsStorage = true };
        var sums = medqa.Sums(Questions);
        var (killed, _) = await BegunAsync(medqa, "run", sums, "--profile", medqa.Profile(samples: 41));
        killed.Kill();
        await killed.WaitForExitAsync(Cancel);

        var (cancelled, _, first) = await medqa.RunAsync("cancel", "latest");
        Assert.Equal((0, true), (cancelled, first.EndsWith("(sums.csv) is cancelled.\n", StringComparison.Ordinal)));
        Assert.Equal("cancelled", (await medqa.JsonAsync("results")).GetProperty("runs")[0].GetProperty("state").GetString());

        var (deleted, _, second) = await medqa.RunAsync("delete", "latest", "--yes");
        Assert.Equal((0, true), (deleted, second.EndsWith("(sums.csv) is deleted.\n", StringComparison.Ordinal)));
        Assert.Empty((await medqa.JsonAsync("results")).GetProperty("runs").EnumerateArray());
        var (_, _, ended) = await medqa.RunAsync("resume");
        Assert.Contains("No unfinished runs", ended, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("serve", false)]
    [LongInlineData("run", false)]
    [LongInlineData("serve", true)]
    [InlineData("worker", true)]
    public async Task Whoever_works_on_a_folder_ends_when_its_storage_was_killed_or_moved_away(string command, bool moved)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows moves no folder that is in use.");
        await using var medqa = new MedqaProcess();
        var data = Path.Combine(medqa.Folder, ".medqa");
        string[] arguments = command == "run" ? ["run", medqa.Sums(Questions), "--profile", medqa.Profile(samples: 41)] : [command];
        var (process, notices) = await BegunAsync(medqa, [.. arguments, "--urls", "http://127.0.0.1:0"]);
        if (moved)
        {
            Directory.Move(data, Path.Combine(medqa.Folder, "moved"));
        }
        else
        {
            using var keeper = Process.GetProcessById((await AzuriteRecord.ReadAsync(AzuriteRecord.PathFor(data), Cancel))!.Pid);
            keeper.Kill();
        }

        Assert.EndsWith(
            $"medqa: The storage process of {data} has ended: it was killed, or the folder was moved or deleted. Saved data is in the folder. "
            + "Run the command again, with --data if the folder was moved.\n",
            await notices,
            StringComparison.Ordinal);
        await process.WaitForExitAsync(Cancel);
        Assert.Equal(1, process.ExitCode);
        if (moved && Directory.Exists(data))
        {
            Assert.Fail($"The folder was made again, with {string.Join(", ", Directory.EnumerateFileSystemEntries(data, "*", SearchOption.AllDirectories))}.");
        }
    }

    [LongFact]
    public async Task Stopped_beside_a_server_of_its_model_a_run_is_said_to_go_on_there_and_does()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The signals are sent by the kill program.");
        await using var medqa = new MedqaProcess();
        var (server, listening) = await BegunAsync(medqa, "serve", "--urls", "http://127.0.0.1:0");
        var (stopped, notices) = await BegunAsync(medqa, "run", medqa.Sums(Questions), "--profile", medqa.Profile(samples: 41));

        await MedqaProcess.StopAsync(stopped);

        Assert.Contains($"continues in `medqa serve` (process {server.Id})", await notices, StringComparison.Ordinal);
        var before = await DoneAsync(medqa);
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1));
        while (await DoneAsync(medqa) is var done && done <= before)
        {
            Assert.False(await PausedAsync(medqa));
            await timer.WaitForNextTickAsync(Cancel);
        }

        await MedqaProcess.StopAsync(server);
        Assert.Contains("Stopped. Unfinished runs are paused", await listening, StringComparison.Ordinal);
        Assert.True(await PausedAsync(medqa));
    }

    [LongFact]
    public async Task What_was_made_for_one_model_is_run_with_no_other_whoever_starts_or_serves_next()
    {
        await using var medqa = new MedqaProcess();
        var (sums, few) = (medqa.Sums(3), medqa.Sums(2, "few.csv"));
        var other = OtherModel(medqa);
        var tuned = Path.Combine(medqa.Folder, "tuned.json");
        await File.WriteAllTextAsync(tuned, """{"name": "tuned", "strategy": "likelihood", "prefix": "nowhere"}""", Cancel);
        string[] asked = ["--profile", medqa.Profile(samples: 3)];

        var (code, _, sentence) = await medqa.RunAsync(["run", sums, "--profile", tuned, "--model", other]);
        Assert.Equal(2, code);
        Assert.Contains("which does not exist", sentence, StringComparison.Ordinal);
        await medqa.JsonAsync(["run", few, .. asked]);
        Assert.Equal(["few.csv"], await NamesAsync(medqa));

        // Beside a server with another model, too.
        var (server, _) = await BegunAsync(medqa, "serve", "--urls", "http://127.0.0.1:0", "--model", other);
        await medqa.JsonAsync(["run", sums, .. asked]);
        await Task.Delay(TimeSpan.FromSeconds(5), Cancel);
        Assert.Equal(["sums.csv", "few.csv"], await NamesAsync(medqa));
        server.Kill();
    }

    /// <summary>A model that answers as the first does and is another one: it has a template of its own.</summary>
    private static string OtherModel(MedqaProcess medqa)
    {
        var other = medqa.ModelCopy("reasoner", "other");
        File.WriteAllText(Path.Combine(other, "chat_template.jinja"), "{{ messages[0]['content'] }}");
        return other;
    }

    /// <summary>Starts it, and waits until it is at work.</summary>
    private static async Task<(Process Process, Task<string> Notices)> BegunAsync(MedqaProcess medqa, params string[] arguments)
    {
        var process = medqa.Start(arguments);
        _ = process.StandardOutput.ReadToEndAsync(Cancel);
        await MedqaProcess.SaidAsync(process, arguments[0] switch { "serve" => "Listening on ", "worker" => "Answering questions of ", _ => "sums.csv: " });
        return (process, process.StandardError.ReadToEndAsync(Cancel));
    }

    private static async Task<bool> PausedAsync(MedqaProcess medqa)
    {
        var run = (await medqa.JsonAsync("results")).GetProperty("runs")[0];
        Assert.Contains(run.GetProperty("state").GetString(), (string[])["queued", "running"]);
        return run.TryGetProperty("paused", out var paused) && paused.GetBoolean();
    }

    private static async Task<int> DoneAsync(MedqaProcess medqa) =>
        (await medqa.JsonAsync("results")).GetProperty("runs")[0].GetProperty("done").GetInt32();

    private static async Task<IEnumerable<string?>> NamesAsync(MedqaProcess medqa) =>
        (await medqa.JsonAsync("results")).GetProperty("runs").EnumerateArray().Select(static run => run.GetProperty("name").GetString());
}
