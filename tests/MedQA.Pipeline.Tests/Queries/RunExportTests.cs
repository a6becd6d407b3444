using System.Text;
using System.Text.Json;
using MedQA.Evaluation.Answering;
using MedQA.Evaluation.Strategies;
using MedQA.Pipeline.Advancing;
using MedQA.Pipeline.Queries;
using MedQA.Pipeline.Results;
using MedQA.Pipeline.Runs;
using MedQA.Pipeline.Splitting;
using MedQA.Pipeline.Tests.Fixtures;
using Parquet.Serialization;

namespace MedQA.Pipeline.Tests.Queries;

public sealed class RunExportTests(AzuriteFixture azurite)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_file_has_the_texts_the_votes_and_of_a_question_that_was_tried_again_the_last_try()
    {
        var bench = new Bench(await azurite.NewAsync());
        bench.Model.Before = static (text, _) => text.Contains("case 1?", StringComparison.Ordinal) || text.Contains("case 4?", StringComparison.Ordinal)
            ? throw new InvalidOperationException("broken") : Task.CompletedTask;
        var run = await bench.StartAsync(7);
        await bench.CompleteAsync(run);
        var failed = await bench.Reader.AllTextsAsync(run, AnswerFilter.Failed, Cancel).ToListAsync(Cancel);
        Assert.Equal([1, 4], failed.Select(static row => row.Ordinal));
        Assert.All(failed, static row => Assert.NotEmpty(row.FailureMessage!));
        bench.Model.Before = static (text, _) => text.Contains("case 4?", StringComparison.Ordinal) ? throw new InvalidOperationException("broken") : Task.CompletedTask;
        await new RunControl(bench.Storage, bench.Time).RequestAsync(run, RequestedAction.Retry, Cancel);
        await bench.CompleteAsync(run);

        var rows = await bench.Reader.AllTextsAsync(run, AnswerFilter.All, Cancel).ToListAsync(Cancel);
        Assert.Equal(Enumerable.Range(0, 7), rows.Select(static row => row.Ordinal));
        Assert.All(rows, static row =>
        {
            Assert.Equal($"Which finding goes with case {row.Ordinal}?", row.Question);
            Assert.Equal([$"fever {row.Ordinal}", $"cough {row.Ordinal}", $"rash {row.Ordinal}", $"pain {row.Ordinal}"], row.OptionTexts);
            Assert.Equal(row.OptionTexts![row.Ordinal % 4], row.GoldText);
            Assert.Equal(row.Answer is { } letter ? row.OptionTexts[letter[0] - 'A'] : null, row.AnswerText);
            Assert.Equal(row.Failure is null ? 3 : 0, row.Votes!.Sum());
            Assert.Null(row.FreeAnswer);
        });
        Assert.Equal([4], rows.Where(static row => row.Failure is not null).Select(static row => row.Ordinal));
        Assert.Equal(AnswerTable.Header + string.Concat(rows.Select(static row => AnswerTable.Line(row))), await bench.TextAsync(run, "answers.csv"));

        var lines = Encoding.UTF8.GetString(await ExportAsync(bench, run, RunExport.Answers)).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(7, lines.Length);
        var samples = new List<(int Ordinal, int Sample, string Text, string? Answer)>();
        foreach (var (ordinal, line) in lines.Index())
        {
            using var document = JsonDocument.Parse(line);
            var (question, answer) = (document.RootElement.GetProperty("question"), document.RootElement.GetProperty("answer"));
            Assert.Equal($"Which finding goes with case {ordinal}?", question.GetProperty("text").GetString());
            var whole = (await bench.Reader.GetAnswerAsync(run, ordinal, Cancel))!;
            Assert.Equal(whole.Agreement, answer.GetProperty("agreement").GetDouble());
            Assert.Equal(whole.Reasonings.Select(static reasoning => reasoning.Text), answer.GetProperty("reasonings").EnumerateArray().Select(static reasoning => reasoning.GetProperty("text").GetString()));
            samples.AddRange(whole.Reasonings.Select(reasoning => (ordinal, reasoning.Index, reasoning.Text, reasoning.Answer is { } option ? "ABCD"[option].ToString() : null)));
        }

        Assert.Equal(18, samples.Count);
        var table = await ParquetSerializer.DeserializeUntypedAsync(new MemoryStream(await ExportAsync(bench, run, RunExport.Samples)), cancellationToken: Cancel);
        Assert.Equal(samples, table.Data.Select(static row => ((int)row["ordinal"], (int)row["sample"], (string)row["reasoning"], (string?)row.GetValueOrDefault("sample_answer"))));
        Assert.All(table.Data, static row => Assert.Equal($"Which finding goes with case {row["ordinal"]}?", row["question"]));

        // A question that is gone is not passed over: the table goes without its texts, the files with everything say so.
        await bench.Storage.Questions(run, BatchId.First(3)).DeleteAsync(cancellationToken: Cancel);
        Assert.Null((await bench.Reader.AllTextsAsync(run, AnswerFilter.All, Cancel).LastAsync(Cancel)).Question);
        await Assert.ThrowsAsync<InvalidDataException>(() => ExportAsync(bench, run, RunExport.Answers));
    }

    [Fact]
    public async Task Files_for_other_tools_are_made_of_the_stored_answers_and_the_report()
    {
        var bench = new Bench(await azurite.NewAsync());
        var run = await bench.StartAsync(5);
        await bench.CompleteAsync(run);

        foreach (var (export, beginning) in ((RunExport, string)[])
            [(RunExport.Inspect, "{\"version\":2,"), (RunExport.Harness, "PK"), (RunExport.EveryEval, "PK"), (RunExport.Card, "# Model card: ")])
        {
            var file = await ExportAsync(bench, run, export);
            Assert.StartsWith(beginning, Encoding.UTF8.GetString(file), StringComparison.Ordinal);
            Assert.Equal(file, await ExportAsync(bench, run, export));
            Assert.Equal(export, RunExports.Find(RunExports.NameOf(export)));
        }

        using var log = JsonDocument.Parse(await ExportAsync(bench, run, RunExport.Inspect));
        Assert.Equal(["q0", "q1", "q2", "q3", "q4"], log.RootElement.GetProperty("samples").EnumerateArray().Select(static sample => sample.GetProperty("id").GetString()));
        var accuracy = (await bench.Reader.GetAsync(run, Cancel))!.Accuracy;
        Assert.Equal(accuracy, log.RootElement.GetProperty("results").GetProperty("scores")[0].GetProperty("metrics").GetProperty("accuracy").GetProperty("value").GetDouble());

        await bench.Storage.Blob(run, "report.json").DeleteAsync(Cancel);
        await Assert.ThrowsAsync<InvalidDataException>(() => ExportAsync(bench, run, RunExport.Inspect));
    }

    /// <summary>What was answered after the report was written: by a retry of failed questions, or by a cancelled run that was resumed.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_file_with_the_figures_of_a_report_has_the_answers_that_the_report_counts(bool isResumed)
    {
        var bench = new Bench(await azurite.NewAsync());
        bench.Model.Before = (text, _) => !isResumed && text.Contains("case 1?", StringComparison.Ordinal)
            ? throw new InvalidOperationException("broken") : Task.CompletedTask;
        var run = await bench.StartAsync(7);
        if (isResumed)
        {
            await bench.Advancer.AdvanceAsync(run, Cancel);
            await bench.AnswerNextAsync(Cancel);
            await new RunControl(bench.Storage, bench.Time).RequestAsync(run, RequestedAction.Cancel, Cancel);
        }

        await bench.CompleteAsync(run);
        var before = await ExportAsync(bench, run, RunExport.Answers);
        var (samples, failed, completed) = await InspectedAsync();
        Assert.Equal(isResumed ? (samples, 0) : (7, 1), (samples, failed));
        Assert.InRange(samples, 1, 7);

        bench.Model.Before = static (_, _) => Task.CompletedTask;
        await new RunControl(bench.Storage, bench.Time).RequestAsync(run, RequestedAction.Retry, Cancel);
        var isAnswered = false;
        for (var step = 0; step < 20 && !isAnswered; step++)
        {
            await bench.Advancer.AdvanceAsync(run, Cancel);
            isAnswered = await bench.AnswerNextAsync(Cancel) is not null;
        }

        Assert.True(isAnswered);
        Assert.NotEqual(before, await ExportAsync(bench, run, RunExport.Answers));
        Assert.Equal((samples, failed, completed), await InspectedAsync());

        await bench.CompleteAsync(run);
        Assert.Equal((7, 0, 7), await InspectedAsync());

        async Task<(int Samples, int Failed, int Completed)> InspectedAsync()
        {
            using var log = JsonDocument.Parse(await ExportAsync(bench, run, RunExport.Inspect));
            var listed = log.RootElement.GetProperty("samples").EnumerateArray().ToList();
            return (listed.Count, listed.Count(static sample => sample.TryGetProperty("error", out _)), log.RootElement.GetProperty("results").GetProperty("completed_samples").GetInt32());
        }
    }

    [Fact]
    public async Task A_free_answer_stands_in_the_table_as_people_are_shown_it()
    {
        var bench = new Bench(await azurite.NewAsync());
        var blob = "long-form/free.csv";
        var outcome = await bench.Splitter.OnUploadAsync(blob, await bench.UploadAsync(blob, "id,question,reference_answers\nq0,What helps against a cold?,\"=rest, and tea\"\nq1,Why do I cough?,\n"), Cancel);
        Assert.Equal(SplitResult.Created, outcome.Result);
        var run = outcome.Run!.Value;
        await bench.CompleteAsync(run);

        var rows = await bench.Reader.AllTextsAsync(run, AnswerFilter.All, Cancel).ToListAsync(Cancel);
        var profile = BuiltInProfiles.Find("long-form")!;
        Assert.Equal(2, rows.Count);
        foreach (var row in rows)
        {
            Assert.Equal(FreeAnswer.Of((await bench.Reader.GetAnswerAsync(run, row.Ordinal, Cancel))!, profile.Stop), row.FreeAnswer);
            Assert.NotEmpty(row.FreeAnswer!);
            Assert.Null(row.Votes);
            Assert.Null(row.OptionTexts);
        }

        Assert.NotEmpty(rows[0].ReferenceAnswers!);
        Assert.Contains(rows[1].FreeAnswer!, await bench.TextAsync(run, "answers.csv"), StringComparison.Ordinal);
        var stored = await bench.Storage.Blob(run, "answers.parquet").Client.DownloadContentAsync(Cancel);
        var table = await ParquetSerializer.DeserializeUntypedAsync(stored.Value.Content.ToStream(), cancellationToken: Cancel);
        Assert.Equal(rows.Select(static row => row.FreeAnswer), table.Data.Select(static row => (string)row["free_answer"]));
        Assert.Empty((await bench.Reader.CheckSealAsync(run, null, Cancel))!.Differences);
    }

    [Fact]
    public async Task A_table_of_an_earlier_version_is_as_true_as_it_was_and_one_with_a_column_less_is_not()
    {
        var bench = new Bench(await azurite.NewAsync());
        var run = await bench.StartAsync(3);
        await bench.CompleteAsync(run);
        var rows = await bench.Reader.AllTextsAsync(run, AnswerFilter.All, Cancel).ToListAsync(Cancel);
        foreach (var (columns, isTrue) in ((int, bool)[])[(17, true), (16, false), (18, false), (25, true)])
        {
            await bench.Storage.Blob(run, "answers.csv").PutAsync(BinaryData.FromString(AnswerTable.HeaderOf(columns) + string.Concat(rows.Select(row => AnswerTable.Line(row, columns)))), "text/csv", Cancel);
            Assert.Equal(isTrue, (await bench.Reader.CheckSealAsync(run, null, Cancel))!.Differences.IsEmpty);
        }
    }

    private static async Task<byte[]> ExportAsync(Bench bench, RunId run, RunExport export)
    {
        using var file = new MemoryStream();
        await bench.Reader.WriteExportAsync(run, export, file, Cancel);
        return file.ToArray();
    }
}
