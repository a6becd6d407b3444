using System.Diagnostics;
using System.Text.Json;
using MedQA.Cli.Terminal;
using MedQA.Faults.Tests;
using MedQA.Inference;
using MedQA.Inference.Sessions;
using MedQA.Pipeline.Advancing;
using MedQA.Pipeline.Profiles;
using MedQA.Pipeline.Queries;
using MedQA.Pipeline.Splitting;
using Microsoft.Extensions.Logging.Abstractions;

namespace MedQA.Cli.Tests.Commands;

/// <summary>The tool on disks without room: what it says, and that nothing which was answered is lost or asked again.</summary>
public sealed class FullDiskTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_worker_that_can_write_neither_its_name_nor_its_notices_answers_all_the_same()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The device that is always full is Linux's.");
        await using var medqa = new MedqaProcess();
        await using var held = await medqa.HoldStorageAsync();
        await medqa.Storage.EnsureCreatedAsync(Cancel);
        var profile = medqa.Profile(samples: 1);
        var upload = await medqa.Storage.QuestionSets.GetBlobClient("sums.csv").UploadAsync(medqa.Sums(4), overwrite: true, Cancel);
        await using var model = await OnnxLanguageModel.LoadAsync(Repository.PathOf("models", "reasoner"), new ModelOptions { Threads = 1 }, Cancel);
        var profiles = new ProfileCatalog(new ProfileFolder(Path.GetDirectoryName(profile)!));
        var splitter = new QuestionSetSplitter(medqa.Storage, profiles, model.Description, new SplitOptions { DefaultProfile = Path.GetFileNameWithoutExtension(profile) }, TimeProvider.System, NullLogger<QuestionSetSplitter>.Instance, countTokens: model.CountTokens);
        var run = (await splitter.OnUploadAsync("sums.csv", upload.Value.ETag, Cancel)).Run!.Value;
        var advancer = new RunAdvancer(medqa.Storage, new AdvanceOptions(), TimeProvider.System, NullLogger<RunAdvancer>.Instance);

        var full = Directory.CreateDirectory(Path.Combine(medqa.Folder, "full")).FullName;
        File.CreateSymbolicLink(Path.Combine(full, "worker.id"), "/dev/full");
        using var worker = Process.Start(new ProcessStartInfo("sh", ["-c", "exec dotnet \"$@\" >/dev/full 2>&1", "sh", typeof(ExitCode).Assembly.Location, "worker", "--log", "debug", "--threads", "1"])
        {
            UseShellExecute = false,
            Environment = { ["MEDQA_STORAGE"] = medqa.ConnectionString, ["MEDQA_DATA"] = full, ["MEDQA_MODEL"] = Repository.PathOf("models", "reasoner") },
        })!;
        try
        {
            while (!(await advancer.AdvanceAsync(run, Cancel)).IsDone)
            {
                // Another process answers: there is no event here to wait for.
                Assert.False(worker.HasExited, "The worker has ended.");
                await Task.Delay(200, Cancel);
            }
        }
        finally
        {
            worker.Kill();
            await worker.WaitForExitAsync(CancellationToken.None);
        }

        var summary = (await new RunReader(medqa.Storage).GetAsync(run, Cancel))!;
        Assert.Equal((RunState.Completed, 4, 0), (summary.State, summary.Totals.Done, summary.Totals.Failed));
    }

    [Fact]
    public async Task A_run_whose_disk_others_fill_says_so_and_goes_on_where_it_was_when_there_is_room()
    {
        _ = Seeds.Of(usual: 0);
        await using var medqa = new MedqaProcess();
        var (code, output, errors) = await medqa.OnSmallDiskAsync(64, $"""
            medqa run {medqa.Sums(300)} --profile {medqa.Profile(samples: 3)} > run.txt 2>&1 & run=$!
            until [ "$(cat $DISK/data/__blobstorage__/* 2>/dev/null | grep -c reasonings)" -ge 20 ]; do
                kill -0 $run || break
                sleep 0.05
            done
            dd if=/dev/zero of=$DISK/others bs=64k 2>/dev/null
            wait $run; echo "run $?"; cat run.txt
            cat $DISK/data/__blobstorage__/* | grep -a '^."ordinal":.*reasonings' > before.jsonl
            medqa resume > again.txt 2>&1; echo "full $?"; cat again.txt
            medqa results --output csv --quiet; echo "results $?"
            rm $DISK/others
            medqa resume > resume.txt 2>&1; echo "resume $?"; cat resume.txt
            medqa results latest --output json --quiet > result.json; echo "result $?"
            medqa verify latest --quiet > verify.txt 2>&1; echo "verify $?"
            medqa results latest --output csv --quiet > answers.csv
            cat $DISK/data/__blobstorage__/* | grep -a '^."ordinal":.*reasonings' > after.jsonl
            """);
        var told = $"{code}: {output}{errors}";
        const string Sentence = """The disk that holds \S+/data is full \(\d+ MiB free\): free space and run `medqa resume \w{16}`; no answers are lost\.""";
        Assert.True(code == 0, told);
        Assert.Matches($@"run 1\n(.*\n)*?medqa: {Sentence}\n", output);
        Assert.Matches($@"full 1\n(.*\n)*?medqa: {Sentence}\n", output);
        Assert.DoesNotContain("Status: 500", output, StringComparison.Ordinal);

        foreach (var ended in (string[])["results 0", "result 0", "verify 0"])
        {
            Assert.Contains($"{ended}\n", output, StringComparison.Ordinal);
        }

        using var result = JsonDocument.Parse(await File.ReadAllBytesAsync(Path.Combine(medqa.Folder, "result.json"), Cancel));
        Assert.Equal((300, 0), (result.RootElement.GetProperty("run").GetProperty("done").GetInt32(), result.RootElement.GetProperty("run").GetProperty("failed").GetInt32()));
        var ids = File.ReadLines(Path.Combine(medqa.Folder, "answers.csv")).Skip(1).Select(static line => line.Split(',')[1]).ToList();
        Assert.Equal(300, ids.Count);
        Assert.Equal(300, ids.Distinct().Count());

        // An answer says how long it took: one that was asked again is another line.
        var (before, after) = (await LinesAsync("before.jsonl"), await LinesAsync("after.jsonl"));
        Assert.True(before.Count >= 15, told);
        Assert.All(before, answered => Assert.Equal(answered.ToList(), after[answered.Key].ToList()));

        async Task<ILookup<int, string>> LinesAsync(string name) =>
            (await File.ReadAllLinesAsync(Path.Combine(medqa.Folder, name), Cancel)).Where(IsWhole).Distinct().ToLookup(static line =>
            {
                using var answered = JsonDocument.Parse(line);
                return answered.RootElement.GetProperty("ordinal").GetInt32();
            });

        // What was being appended when the disk became full may be torn.
        static bool IsWhole(string line)
        {
            try
            {
                JsonDocument.Parse(line).Dispose();
                return true;
            }
            catch (JsonException)
            {
                return false;
            }
        }
    }

    [LongFact]
    public async Task A_run_that_fills_its_own_disk_stops_before_the_emulator_loses_what_it_has()
    {
        await using var medqa = new MedqaProcess();
        var (code, output, errors) = await medqa.OnSmallDiskAsync(13, $"""
            medqa run {medqa.Sums(300)} --profile {medqa.Profile(samples: 3)}; echo "run $?"
            mount -o remount,size=64m $DISK
            medqa run {medqa.Sums(300)} --profile {medqa.Profile(samples: 3)} --quiet; echo "again $?"
            """);
        Assert.Contains("run 1\n", output, StringComparison.Ordinal);
        Assert.Matches(@"medqa: The disk that holds \S+/data is full \(1[0-2] MiB free\): free space and run", errors);
        Assert.Contains("again 0\n", output, StringComparison.Ordinal);
        Assert.Equal(0, code);
    }

    [LongFact]
    public async Task What_is_exported_to_a_full_disk_is_there_whole_or_not_at_all()
    {
        await using var medqa = new MedqaProcess();
        var sums = medqa.Sums(20);
        var (code, output, errors) = await medqa.OnSmallDiskAsync(8, $"""
            export MEDQA_DATA=$PWD/data
            medqa run {sums} --profile {medqa.Profile(samples: 1)} --quiet > /dev/null || exit 98
            dd if=/dev/zero of=$DISK/others bs=4k 2>/dev/null
            medqa export latest --to $DISK/exported; echo "export $?"; ls $DISK/exported
            medqa results latest --html $DISK/report.html --quiet > /dev/null; echo "html $?"
            medqa import {sums} --to $DISK/imported.csv; echo "import $?"
            medqa results latest > $DISK/results.txt; echo "output $?"
            ls $DISK
            medqa run {sums} --profile {medqa.Profile(samples: 1)} --again --quiet > /dev/null; echo "elsewhere $?"
            TMPDIR=$DISK medqa run {sums} --profile {medqa.Profile(samples: 1)} --again --quiet > /dev/null; echo "temporary $?"
            """);
        Assert.True(code == 0, $"{code}: {output}{errors}");
        Assert.Equal("export 1\nhtml 1\nimport 1\noutput 1\nothers\nresults.txt\nelsewhere 0\ntemporary 1\n", output.Replace("exported\n", "", StringComparison.Ordinal));
        var faults = errors.Split('\n').Where(static line => line.StartsWith("medqa: ", StringComparison.Ordinal)).ToList();
        Assert.Equal(5, faults.Count);
        Assert.All(faults, static fault => Assert.Matches(@"^medqa: The disk that (holds \S+|is written to) is full( \(0 MiB free\))?: free space and run ", fault));
    }

    [Fact]
    public async Task A_service_whose_disk_is_full_answers_what_it_can_and_goes_on_when_there_is_room()
    {
        await using var medqa = new MedqaProcess();
        var url = $"http://127.0.0.1:{FreePorts.Take().Blob}";
        var (code, output, errors) = await medqa.OnSmallDiskAsync(64, $"""
            dotnet $TOOL serve --urls {url} --profiles {Path.GetDirectoryName(medqa.Profile(samples: 3))} > serve.txt 2>&1 & serve=$!
            until grep -q Listening serve.txt; do kill -0 $serve || break; sleep 0.1; done
            dd if=/dev/zero of=$DISK/others bs=64k 2>/dev/null
            curl -s --data-binary @{medqa.Sums(20)} '{url}/api/runs?name=sums.csv&profile=sums-3'; echo
            curl -s {url}/api/runs; echo
            rm $DISK/others
            sleep 1
            curl -s --data-binary @{medqa.Sums(20)} '{url}/api/runs?name=sums.csv&profile=sums-3' > /dev/null
            for i in $(seq 600); do curl -s {url}/api/runs | grep -q '"completed"' && break; sleep 0.2; done
            curl -s {url}/api/runs; echo
            kill $serve; wait $serve
            """);
        var told = $"{code}: {output}{errors}{await File.ReadAllTextAsync(Path.Combine(medqa.Folder, "serve.txt"), Cancel)}";
        var answers = output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.True(answers.Length == 3, told);
        Assert.Contains("The storage is full", answers[0], StringComparison.Ordinal);
        Assert.Contains("\"runs\":[]", answers[1], StringComparison.Ordinal);
        Assert.Contains("\"completed\"", answers[2], StringComparison.Ordinal);
    }
}
