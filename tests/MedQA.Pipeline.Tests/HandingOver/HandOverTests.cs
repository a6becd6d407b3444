using System.Collections.Immutable;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using MedQA.Evaluation;
using MedQA.Evaluation.Answering;
using MedQA.Evaluation.LanguageModels;
using MedQA.Evaluation.Profiles;
using MedQA.Evaluation.Questions;
using MedQA.Evaluation.Reporting;
using MedQA.Evaluation.Reporting.Documents;
using MedQA.Evaluation.Strategies;
using MedQA.Pipeline.HandingOver;
using MedQA.Pipeline.Results;
using MedQA.Pipeline.Runs;
using NJsonSchema;

namespace MedQA.Pipeline.Tests.HandingOver;

/// <summary>Runs in the formats of other tools, each held to a schema beside this file.</summary>
public sealed class HandOverTests
{
    private const string Odd = "bell \a, quote \", tab \t, line\nend, \u2028, 😀, \0";
    private static readonly DateTimeOffset Time = new(2026, 11, 30, 20, 40, 5, TimeSpan.FromHours(2));

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Inspect_gets_a_sample_for_each_question_with_its_votes_errors_and_no_score_that_was_not_given()
    {
        var (run, answers) = Mixed();
        using var log = await InspectAsync(run, answers);
        await HoldsAsync("inspect", log.RootElement);

        Assert.Equal("success", log.RootElement.GetProperty("status").GetString());
        Assert.Equal("2026-11-30T18:40:05.000000+00:00", log.RootElement.GetProperty("eval").GetProperty("created").GetString());
        var samples = Samples(log);
        Assert.Equal(["set a/q0", "set a/q1", "set a/q2", "set a/q3", "pubmed/q0", "pubmed/q5", "pubmed/q6"], samples.Select(static sample => sample.GetProperty("id").GetString()));
        Assert.Equal(["C", "I", "N", null, null, "C", null], samples.Select(static sample => sample.GetProperty("scores").TryGetProperty("medqa_vote", out var score) ? score.GetProperty("value").GetString() : null));
        Assert.Equal([null, null, null, "workerCrashed: " + Odd, null, null, "contextOverflow: too long"], samples.Select(static sample => sample.TryGetProperty("error", out var error) ? error.GetProperty("message").GetString() : null));
        Assert.Equal("A has 2 of 3 votes; B 1", samples[0].GetProperty("scores").GetProperty("medqa_vote").GetProperty("explanation").GetString());
        Assert.Equal("B has 1 of 3 votes; A 1, C 1; forced: 1; a tie was broken", samples[1].GetProperty("scores").GetProperty("medqa_vote").GetProperty("explanation").GetString());

        // Thoughts are apart, whether the service or the text says so; the rest is as the model wrote it.
        var choices = samples[0].GetProperty("output").GetProperty("choices").EnumerateArray().Select(static choice => choice.GetProperty("message").GetProperty("content")).ToList();
        Assert.Equal(["reasoning", "text"], choices[0].EnumerateArray().Select(static part => part.GetProperty("type").GetString()));
        Assert.Equal(("I think.", Odd), (choices[0][0].GetProperty("reasoning").GetString(), choices[0][1].GetProperty("text").GetString()));
        Assert.Equal(("<think>hm</think>", "Answer: A"), (choices[1][0].GetProperty("reasoning").GetString(), choices[1][1].GetProperty("text").GetString()));
        Assert.Equal("Answer: B", choices[2].GetString());
        Assert.Equal(["stop", "max_tokens", "content_filter"], samples[0].GetProperty("output").GetProperty("choices").EnumerateArray().Select(static choice => choice.GetProperty("stop_reason").GetString()));

        // What the question set says besides, under its own names.
        var metadata = samples[0].GetProperty("metadata");
        Assert.Equal(("hard", "mine"), (metadata.GetProperty("difficulty").GetString(), metadata.GetProperty("meta:medqa").GetString()));
        Assert.Equal([2, 1, 0, 0], metadata.GetProperty("medqa").GetProperty("votes").EnumerateArray().Select(static votes => votes.GetInt32()));
        Assert.Equal("Which?\nCase 0", samples[0].GetProperty("input").GetString()!.Split("\n\n")[^1]);
        Assert.Equal("A text.", samples[0].GetProperty("input").GetString()!.Split("\n\n")[0]);
        Assert.Empty(samples[6].GetProperty("messages").EnumerateArray());

        var score = log.RootElement.GetProperty("results").GetProperty("scores")[0];
        Assert.Equal((4, 3), (score.GetProperty("scored_samples").GetInt32(), score.GetProperty("unscored_samples").GetInt32()));
        Assert.Equal(0.5, score.GetProperty("metrics").GetProperty("accuracy").GetProperty("value").GetDouble());
        Assert.Equal(1, score.GetProperty("metrics").GetProperty("accuracy of pubmed").GetProperty("value").GetDouble());
        Assert.False(score.GetProperty("metrics").TryGetProperty("stderr", out _));
        Assert.Equal("bounds: failed questions all wrong, all right", score.GetProperty("metrics").GetProperty("accuracy").GetProperty("metadata").GetProperty("interval_is").GetString());
    }

    [Fact]
    public async Task Inspect_gets_another_id_for_each_question_whatever_names_hold()
    {
        Question[] questions = [Asked("b/c", "a", 0), Asked("c", "a/b", 0), Asked("c", "a%2Fb", 0)];
        var (run, answers) = Handed(Chat, [.. questions.Select(static (question, ordinal) => (question, Voted(ordinal, question, [3, 0, 0, 0], 0)))]);
        using var log = await InspectAsync(run, answers);
        Assert.Equal(["a/b/c", "a%2Fb/c", "a%252Fb/c"], Samples(log).Select(static sample => sample.GetProperty("id").GetString()));
    }

    [Theory]
    [InlineData(RunState.Running, "started")]
    [InlineData(RunState.Waiting, "started")]
    [InlineData(RunState.Cancelled, "cancelled")]
    [InlineData(RunState.CompletedWithFailures, "success")]
    [InlineData(RunState.Failed, "error")]
    public async Task Inspect_sees_the_state_of_a_run(RunState state, string status)
    {
        var (run, answers) = Mixed();
        using var log = await InspectAsync(run with { Summary = run.Summary with { State = state, Reason = "The disk is full." } }, answers);
        await HoldsAsync("inspect", log.RootElement);
        Assert.Equal(status, log.RootElement.GetProperty("status").GetString());
        Assert.Equal(state == RunState.Failed, log.RootElement.TryGetProperty("error", out _));
    }

    [Theory]
    [InlineData("USD", true)]
    [InlineData("EUR", false)]
    public async Task Costs_are_dollars_in_inspect_and_otherwise_not_stated(string currency, bool stated)
    {
        var endpoint = new ModelEndpoint("models.example", "org/large", new TokenPrices(1, 2, currency));
        var usage = new TokenUsage { Requests = 1, PromptTokens = 7, CompletionTokens = 5, ThoughtTokens = 3, Cost = 0.25m };
        var question = Asked("q0", "set", 0);
        var (run, answers) = Handed(Chat, [(question, Voted(0, question, [2, 1, 0, 0], 0) with { Usage = usage })], endpoint);
        using var log = await InspectAsync(run, answers);
        await HoldsAsync("inspect", log.RootElement);
        foreach (var counted in (JsonElement[])[log.RootElement.GetProperty("stats"), Samples(log)[0]])
        {
            var tokens = counted.GetProperty("model_usage").GetProperty("tiny model");
            Assert.Equal((7, 5, 12, 3), (tokens.GetProperty("input_tokens").GetInt32(), tokens.GetProperty("output_tokens").GetInt32(), tokens.GetProperty("total_tokens").GetInt32(), tokens.GetProperty("reasoning_tokens").GetInt32()));
            Assert.Equal(stated, tokens.TryGetProperty("total_cost", out var cost) && cost.GetDouble() == 0.25);
        }

        Assert.Equal(["q0"], Samples(log).Select(static sample => sample.GetProperty("id").GetString()));
        var record = JsonDocument.Parse((await FilesAsync(EveryEvalRecords.WriteAsync, run, answers)).Single(static file => file.Key.EndsWith(".json", StringComparison.Ordinal)).Value).RootElement;
        await HoldsAsync("eee-record", record);
        Assert.Equal(("org/large", "unknown"), (record.GetProperty("model_info").GetProperty("id").GetString(), record.GetProperty("model_info").GetProperty("additional_details").GetProperty("deployment_type").GetString()));
    }

    [Fact]
    public async Task Free_answers_have_references_as_target_and_no_score()
    {
        var question = new Question { Id = "f0", Dataset = "free", Text = "Why?", ReferenceAnswers = ["Because.", "So."] };
        var answer = new AnsweredQuestion { Ordinal = 0, Id = "f0", Dataset = "free", SamplesAsked = 1, Reasonings = [Reasoned(0, " Well. ", null)] };
        var (run, answers) = Handed(BuiltInProfiles.Find("long-form")! with { ExemplarSet = null, Exemplars = 0 }, [(question, answer)]);
        using var log = await InspectAsync(run, answers);
        await HoldsAsync("inspect", log.RootElement);
        Assert.Equal(["Because.", "So."], Samples(log)[0].GetProperty("target").EnumerateArray().Select(static text => text.GetString()));
        Assert.Empty(Samples(log)[0].GetProperty("scores").EnumerateObject());
        Assert.Empty(log.RootElement.GetProperty("results").GetProperty("scores")[0].GetProperty("metrics").EnumerateObject());

        var files = await FilesAsync(HarnessFiles.WriteAsync, run, answers);
        var line = await LineAsync("lm-eval-sample", Assert.Single(files, static file => file.Key.Contains("samples_", StringComparison.Ordinal)).Value);
        Assert.Equal(("Because.", "Well.", 0), (line.GetProperty("target").GetString(), line.GetProperty("filtered_resps")[0].GetString(), line.GetProperty("metrics").GetArrayLength()));
        await HoldsAsync("lm-eval-results", JsonDocument.Parse(files.First().Value).RootElement);

        // A record must have a score for each line: nothing is left but the run.
        var record = Assert.Single(await FilesAsync(EveryEvalRecords.WriteAsync, run, answers));
        await HoldsAsync("eee-record", JsonDocument.Parse(record.Value).RootElement);
        Assert.DoesNotContain("detailed_evaluation_results", Encoding.UTF8.GetString(record.Value), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_harness_gets_a_task_for_each_data_set_and_a_line_for_each_scored_answer()
    {
        var (run, answers) = Mixed();
        var files = await FilesAsync(HarnessFiles.WriteAsync, run, answers);
        Assert.Equal(
            ["tiny model/results_2026-11-30T19-40-05.000000.json", "tiny model/samples_pubmed_2026-11-30T19-40-05.000000.jsonl", "tiny model/samples_set_a_2026-11-30T19-40-05.000000.jsonl"],
            files.Keys.Order(StringComparer.Ordinal));
        using var results = JsonDocument.Parse(files["tiny model/results_2026-11-30T19-40-05.000000.json"]);
        await HoldsAsync("lm-eval-results", results.RootElement);
        var (accuracy, counts) = (results.RootElement.GetProperty("results"), results.RootElement.GetProperty("n-samples"));
        Assert.Equal(1.0 / 3, accuracy.GetProperty("set_a").GetProperty("acc,vote").GetDouble());
        Assert.Equal("N/A", accuracy.GetProperty("set_a").GetProperty("acc_stderr,vote").GetString());
        Assert.Equal((4, 3), (counts.GetProperty("set_a").GetProperty("original").GetInt32(), counts.GetProperty("set_a").GetProperty("effective").GetInt32()));
        Assert.Equal((3, 1), (counts.GetProperty("pubmed").GetProperty("original").GetInt32(), counts.GetProperty("pubmed").GetProperty("effective").GetInt32()));
        Assert.Equal(1, results.RootElement.GetProperty("medqa").GetProperty("tasks").GetProperty("set_a").GetProperty("failed").GetInt32());

        foreach (var (task, expected) in ((string, double[])[])[("set_a", [1, 0, 0]), ("pubmed", [1])])
        {
            var lines = await LinesAsync("lm-eval-sample", files[$"tiny model/samples_{task}_2026-11-30T19-40-05.000000.jsonl"]);
            Assert.Equal(expected, lines.Select(static line => line.GetProperty("acc").GetDouble()));
            Assert.Equal(expected.Average(), accuracy.GetProperty(task).GetProperty("acc,vote").GetDouble());
            var hashes = string.Concat(lines.Select(static line => $"{line.GetProperty("doc_hash")}{line.GetProperty("prompt_hash")}{line.GetProperty("target_hash")}"));
            Assert.Equal(HandedRun.HashOf(hashes), results.RootElement.GetProperty("task_hashes").GetProperty(task).GetString());
            Assert.All(lines, static line => Assert.Equal(HandedRun.HashOf(line.GetProperty("arguments").GetProperty("gen_args_0").GetProperty("arg_0").GetString()!), line.GetProperty("prompt_hash").GetString()));
            if (task == "set_a")
            {
                Assert.Equal([Odd, "Answer: A", "Answer: B"], lines[0].GetProperty("resps")[0].EnumerateArray().Select(static text => text.GetString()));
                Assert.Equal(["I think.", "<think>hm</think>", ""], lines[0].GetProperty("medqa").GetProperty("thoughts").EnumerateArray().Select(static text => text.GetString()));
                Assert.Equal(["A", "B", ""], lines.Select(static line => line.GetProperty("filtered_resps")[0].GetString()));
                Assert.Equal("hard", lines[0].GetProperty("doc").GetProperty("metadata").GetProperty("difficulty").GetString());
            }
        }
    }

    [Fact]
    public async Task Names_that_become_the_same_task_stay_apart()
    {
        Question[] questions = [Asked("q0", "a b", 0), Asked("q0", "a_b", 0), Asked("q0", "A-b", 0)];
        var (run, answers) = Handed(Chat, [.. questions.Select(static (question, ordinal) => (question, Voted(ordinal, question, [3, 0, 0, 0], 0)))]);
        var names = (await FilesAsync(HarnessFiles.WriteAsync, run, answers)).Keys.Where(static name => name.Contains("samples_", StringComparison.Ordinal)).ToList();
        Assert.Equal(3, names.Distinct(StringComparer.OrdinalIgnoreCase).Count());
    }

    [Fact]
    public async Task Scored_options_are_requests_of_the_harness_with_their_log_likelihoods()
    {
        var question = Asked("q0", "set", 1);
        var answer = Voted(0, question, [0, 1, 0, 0], 1) with { SamplesAsked = 1, Reasonings = [], OptionLogLikelihoods = [-2.5, -0.25, -3, double.NegativeInfinity], OptionProbabilities = [0.1, 0.8, 0.1, 0], AnswerByCodePoints = 1, AnswerByBytes = 0 };
        var (run, answers) = Handed(BuiltInProfiles.Find("likelihood")!, [(question, answer)]);
        var files = await FilesAsync(HarnessFiles.WriteAsync, run, answers);
        var line = await LineAsync("lm-eval-sample", files.Single(static file => file.Key.Contains("samples_", StringComparison.Ordinal)).Value);
        Assert.Equal([" A", " B", " C", " D"], Enumerable.Range(0, 4).Select(option => line.GetProperty("arguments").GetProperty($"gen_args_{option}").GetProperty("arg_1").GetString()));
        Assert.Equal(["-2.5", "-0.25", "-3", "-Infinity"], line.GetProperty("filtered_resps").EnumerateArray().Select(static pair => pair[0].GetString()));
        Assert.Equal(["-2.5", "-0.25", "-3", "-Infinity"], line.GetProperty("resps").EnumerateArray().Select(static pairs => pairs[0][0].GetString()));
        Assert.Equal((1, 1, 0), (line.GetProperty("acc").GetDouble(), line.GetProperty("acc_norm").GetDouble(), line.GetProperty("acc_bytes").GetDouble()));
        using var results = JsonDocument.Parse(files.Single(static file => file.Key.Contains("results_", StringComparison.Ordinal)).Value);
        await HoldsAsync("lm-eval-results", results.RootElement);
        Assert.Equal((1, 0), (results.RootElement.GetProperty("results").GetProperty("set").GetProperty("acc_norm,none").GetDouble(), results.RootElement.GetProperty("results").GetProperty("set").GetProperty("acc_bytes,none").GetDouble()));
        Assert.Equal("multiple_choice", results.RootElement.GetProperty("configs").GetProperty("set").GetProperty("output_type").GetString());

        using var log = await InspectAsync(run, answers);
        await HoldsAsync("inspect", log.RootElement);
        Assert.Equal("B has the highest log-likelihood.", Samples(log)[0].GetProperty("scores").GetProperty("medqa_vote").GetProperty("explanation").GetString());
        Assert.Equal(JsonValueKind.Null, Samples(log)[0].GetProperty("metadata").GetProperty("medqa").GetProperty("option_log_likelihoods")[3].ValueKind);
        await LineAsync("eee-instance", (await FilesAsync(EveryEvalRecords.WriteAsync, run, answers)).Single(static file => file.Key.EndsWith(".jsonl", StringComparison.Ordinal)).Value);
    }

    [Fact]
    public async Task Sets_of_options_have_all_right_options_as_target_and_no_single_answer()
    {
        var question = Asked("s0", "several", null) with { SeveralRight = true, GoldSet = OptionSet.Of(0, 2) };
        var answer = Voted(0, question, [], null) with
        {
            OptionCount = 4,
            SeveralRight = true,
            GoldSet = question.GoldSet,
            AnswerSet = OptionSet.Of(0, 2),
            SetVotes = [new SetVotes(OptionSet.Of(2), 1), new SetVotes(OptionSet.Of(0, 2), 2)],
        };
        var (run, answers) = Handed(Chat, [(question, answer)]);

        using var log = await InspectAsync(run, answers);
        await HoldsAsync("inspect", log.RootElement);
        var sample = Assert.Single(Samples(log));
        Assert.Equal(["A", "C"], sample.GetProperty("target").EnumerateArray().Select(static letter => letter.GetString()));
        Assert.Equal(("C", "AC"), (sample.GetProperty("scores").GetProperty("medqa_vote").GetProperty("value").GetString(), sample.GetProperty("scores").GetProperty("medqa_vote").GetProperty("answer").GetString()));

        var harness = await FilesAsync(HarnessFiles.WriteAsync, run, answers);
        var line = await LineAsync("lm-eval-sample", harness.Single(static file => file.Key.EndsWith(".jsonl", StringComparison.Ordinal)).Value);
        Assert.Equal(("AC", 1.0), (line.GetProperty("target").GetString(), line.GetProperty("acc").GetDouble()));
        Assert.Equal([0, 2], line.GetProperty("doc").GetProperty("answers").EnumerateArray().Select(static option => option.GetInt32()));
        Assert.False(line.GetProperty("doc").TryGetProperty("answer", out _));

        var record = await LineAsync("eee-instance", (await FilesAsync(EveryEvalRecords.WriteAsync, run, answers)).Single(static file => file.Key.EndsWith(".jsonl", StringComparison.Ordinal)).Value);
        Assert.Equal(["A", "C"], record.GetProperty("input").GetProperty("reference").EnumerateArray().Select(static letter => letter.GetString()));
        Assert.Equal("AC", record.GetProperty("answer_attribution")[0].GetProperty("extracted_value").GetString());
    }

    [Fact]
    public async Task Every_eval_gets_a_record_and_a_line_for_each_scored_question()
    {
        var (run, answers) = Mixed();
        var files = await FilesAsync(EveryEvalRecords.WriteAsync, run, answers);
        var path = files.Keys.Single(static name => name.EndsWith(".json", StringComparison.Ordinal));
        Assert.StartsWith("data/mixed_set/unknown/tiny_model/", path, StringComparison.Ordinal);
        using var record = JsonDocument.Parse(files[path]);
        await HoldsAsync("eee-record", record.RootElement);
        var samples = files[$"{path[..^5]}_samples.jsonl"];
        var lines = await LinesAsync("eee-instance", samples);
        var details = record.RootElement.GetProperty("detailed_evaluation_results");
        Assert.Equal($"{path[..^5]}_samples.jsonl", details.GetProperty("file_path").GetString());
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(samples)), details.GetProperty("checksum").GetString());
        Assert.Equal(lines.Count, details.GetProperty("total_rows").GetInt32());

        Assert.Equal(["q0", "q1", "q2", "q5"], lines.Select(static line => line.GetProperty("sample_id").GetString()));
        Assert.All(lines, line => Assert.Equal(record.RootElement.GetProperty("evaluation_id").GetString(), line.GetProperty("evaluation_id").GetString()));
        Assert.All(lines, line => Assert.Equal(record.RootElement.GetProperty("model_info").GetProperty("id").GetString(), line.GetProperty("model_id").GetString()));
        foreach (var result in record.RootElement.GetProperty("evaluation_results").EnumerateArray())
        {
            var own = lines.Where(line => line.GetProperty("evaluation_result_id").GetString() == result.GetProperty("evaluation_result_id").GetString()).ToList();
            Assert.Equal(own.Average(static line => line.GetProperty("evaluation").GetProperty("score").GetDouble()), result.GetProperty("score_details").GetProperty("score").GetDouble());
            Assert.Equal(own.Count, result.GetProperty("score_details").GetProperty("uncertainty").GetProperty("num_samples").GetInt32());
        }

        Assert.Equal(["I think.", "<think>hm</think>", ""], lines[0].GetProperty("output").GetProperty("reasoning_trace").EnumerateArray().Select(static text => text.GetString()));
        Assert.Equal("", lines[2].GetProperty("answer_attribution")[0].GetProperty("extracted_value").GetString());
        Assert.Equal(("hard", "[\"2\",\"1\",\"0\",\"0\"]"), (lines[0].GetProperty("metadata").GetProperty("difficulty").GetString(), lines[0].GetProperty("metadata").GetProperty("medqa.votes").GetString()));
        Assert.Equal(files.Keys, (await FilesAsync(EveryEvalRecords.WriteAsync, run, answers)).Keys);
    }

    [Fact]
    public async Task A_surrogate_without_its_other_half_does_not_stop_a_file()
    {
        var question = Asked("q0", "set", 0) with { Text = "Broken \ud83d text?" };
        var (run, answers) = Handed(Chat, [(question, Voted(0, question, [3, 0, 0, 0], 0))]);
        using var log = await InspectAsync(run, answers);
        Assert.Equal("Broken \ufffd text?", Samples(log)[0].GetProperty("input").GetString());
        Assert.Equal(2, (await FilesAsync(HarnessFiles.WriteAsync, run, answers)).Count);
        Assert.Equal(2, (await FilesAsync(EveryEvalRecords.WriteAsync, run, answers)).Count);
    }

    [Fact]
    public async Task A_long_run_is_never_held_in_memory()
    {
        const int Questions = 4_000;
        var question = Asked("q", "set", 0) with { Context = new string('x', 20_000) };
        var (run, _) = Handed(Chat, [(question, Voted(0, question, [3, 0, 0, 0], 0))]);
        foreach (var write in (Func<HandedRun, IAsyncEnumerable<(Question, AnsweredQuestion, AnswerRow)>, Stream, CancellationToken, Task>[])[InspectLog.WriteAsync, HarnessFiles.WriteAsync, EveryEvalRecords.WriteAsync])
        {
            var before = GC.GetTotalMemory(forceFullCollection: true);
            var largest = 0L;
            await using var file = new AsynchronousOnly();
            await write(run, AnswersAsync(), file, Cancel);
            // Other tests run in the same process; if one file held its texts, they would be 80 MB or more.
            Assert.InRange(largest - before, long.MinValue, 48 << 20);
            Assert.True(file.Written > (write == InspectLog.WriteAsync ? Questions * 20_000L : 1), "Nothing was written.");

            async IAsyncEnumerable<(Question, AnsweredQuestion, AnswerRow)> AnswersAsync()
            {
                for (var i = 0; i < Questions; i++)
                {
                    var asked = question with { Id = $"q{i}" };
                    yield return (asked, Voted(i, asked, [3, 0, 0, 0], 0), Row(asked, i));
                    if (i % 1000 == 999)
                    {
                        await Task.Yield();
                        largest = Math.Max(largest, GC.GetTotalMemory(forceFullCollection: true));
                    }
                }
            }
        }
    }

    [Theory]
    [InlineData("folder/MedQA test.jsonl", "2026-11-30T18-40-05+00-00_MedQA_test_0000000000000000.json")]
    [InlineData("../..", "2026-11-30T18-40-05+00-00___0000000000000000.json")]
    public void A_log_has_the_name_by_which_inspect_finds_it(string name, string expected) =>
        Assert.Equal(expected, InspectLog.FileName(Time, name, "0000000000000000"));

    [Fact]
    public void The_card_states_accuracy_failures_limits_and_the_way_to_repeat_it()
    {
        var (run, _) = Mixed();
        var card = ReportMarkdown.WriteCard(run.Report);
        foreach (var part in (string[])["# Model card: tiny model", "not recorded with the run", "| pubmed | 1 | 1 | 100.0 % |", "| all | 4 | 2 | 50.0 % | between 40.0 % and 60.0 %", "workerCrashed: 1", "contextOverflow: 1", "medqa verify " + run.Id, "they are not medical advice", "Whether the model has seen the questions", "--model \"tiny model\" --profile profile.json", "\"strategy\":\"self-consistency\"", "| date | 2026-11-30 |"])
        {
            Assert.Contains(part, card, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void The_card_says_what_is_known_of_the_model_the_examples_and_the_options()
    {
        var (run, _) = Mixed();
        var manifest = run.Manifest with { Limit = 7, DropsFillers = true, Map = """{"gold":"right"}""" };
        var report = run.Report with { QuestionSetHash = "ab12", ModelFacts = new ModelFacts { Parameters = 7_000_000_000, Family = "llama", Stated = true } };
        var card = ReportMarkdown.WriteCard(report, new HandedRun(run.Summary, manifest, report).Carded);
        foreach (var part in (string[])["7B, as stated by whoever set up the model", "| family | llama |", "| licence | not recorded", "profile.json --drop-fillers --limit 7 --map map.json", """{"gold":"right"}""", "95 % interval (score)", "not that of the file", "votes that had to be forced", "1 question failed", "1 question cannot be asked so"])
        {
            Assert.Contains(part, card, StringComparison.Ordinal);
        }

        Assert.DoesNotContain("repeat these options", card, StringComparison.Ordinal);
        Assert.Contains("repeat these options", ReportMarkdown.WriteCard(report), StringComparison.Ordinal);
    }

    [Fact]
    public void The_card_of_a_cancelled_run_says_so_and_not_that_it_goes_on()
    {
        var (run, _) = Mixed();
        var report = run.Report with { Provisional = true, Questions = run.Report.Questions with { Waiting = 2 } };
        report = report with { Warnings = ["Provisional: 2 of 7 questions have no answer yet, and every figure can change."] };
        var card = ReportMarkdown.WriteCard(report, new HandedRun(run.Summary with { State = RunState.Cancelled }, run.Manifest, report).Carded);
        Assert.Contains("The run was cancelled. Without an answer: 2 of 7 questions.", card, StringComparison.Ordinal);
        Assert.DoesNotContain("Provisional", card, StringComparison.Ordinal);
        Assert.DoesNotContain("not finished", card, StringComparison.Ordinal);
    }

    [Fact]
    public void The_card_of_a_run_without_votes_does_not_count_forced_ones()
    {
        var question = Asked("q0", "set", 1);
        var answer = Voted(0, question, [0, 1, 0, 0], 1) with { SamplesAsked = 1, Reasonings = [], OptionLogLikelihoods = [-2.5, -0.25, -3, -4], OptionProbabilities = [0.1, 0.8, 0.05, 0.05], AnswerByCodePoints = 1, AnswerByBytes = 0 };
        var (run, _) = Handed(BuiltInProfiles.Find("likelihood")!, [(question, answer)]);
        Assert.DoesNotContain("forced", ReportMarkdown.WriteCard(run.Report, run.Carded).Split("## Limits")[0], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("inspect")]
    [InlineData("lm-eval-results")]
    [InlineData("lm-eval-sample")]
    [InlineData("eee-record")]
    [InlineData("eee-instance")]
    public async Task A_schema_refuses_what_is_something_else(string schema)
    {
        var known = await JsonSchema.FromFileAsync(PathOf(schema), Cancel);
        Assert.NotEmpty(known.Validate("""{"status":"done","metrics":[1],"schema_version":"0.1"}"""));
    }

    private static Profile Chat { get; } = BuiltInProfiles.Find("self-consistency")! with { Samples = 3, ExemplarSet = null, Exemplars = 0, MaxTokens = 16 };

    /// <summary>Two data sets: right, wrong by a tie, without an answer, failed, without a known answer, yes or no, and not to be asked.</summary>
    private static (HandedRun Run, List<(Question, AnsweredQuestion, AnswerRow)> Answers) Mixed()
    {
        var first = Asked("q0", "set a", 0) with { Context = "A text.", Text = "Which?\nCase 0", Metadata = new Dictionary<string, string> { ["difficulty"] = "hard", ["medqa"] = "mine" } };
        Question[] questions =
        [
            first,
            Asked("q1", "set a", 0),
            Asked("q2", "set a", 0),
            Asked("q3", "set a", 0),
            Asked("q0", "pubmed", null),
            new() { Id = "q5", Dataset = "pubmed", Text = "Does it?", Options = ["yes", "no", "maybe"], Gold = 2 },
            Asked("q6", "pubmed", 0),
        ];
        return Handed(Chat,
        [
            (first, Voted(0, first, [2, 1, 0, 0], 0) with
            {
                Reasonings =
                [
                    Reasoned(0, Odd, 0) with { Thought = "I think." },
                    Reasoned(1, "<think>hm</think>Answer: A", 0) with { SpokenPart = new TextSpan(17, 9), End = SampleEnd.MaxTokens },
                    Reasoned(2, "Answer: B", 1) with { End = SampleEnd.ContentFilter, LogLikelihood = double.NaN },
                ],
            }),
            (questions[1], Voted(1, questions[1], [1, 1, 1, 0], 1) with { Tie = true, TiedOptions = 3, Reasonings = [Reasoned(0, "A", 0), Reasoned(1, "B", 1) with { Forced = true, FollowUp = "B" }, Reasoned(2, "C", 2)] }),
            (questions[2], Voted(2, questions[2], [0, 0, 0, 0], null) with { Reasonings = [Reasoned(0, "I do not know.", null)] }),
            (questions[3], new AnsweredQuestion { Ordinal = 3, Id = "q3", Dataset = "set a", OptionCount = 4, Gold = 0, Failure = new AnswerFailure("workerCrashed", Odd) }),
            (questions[4], Voted(4, questions[4], [3, 0, 0, 0], 0)),
            (questions[5], Voted(5, questions[5], [0, 0, 3], 2)),
            (questions[6], new AnsweredQuestion { Ordinal = 6, Id = "q6", Dataset = "pubmed", OptionCount = 4, Gold = 0, Failure = new AnswerFailure(FailureCodes.ContextOverflow, "too long") }),
        ]);
    }

    private static (HandedRun Run, List<(Question, AnsweredQuestion, AnswerRow)> Answers) Handed(
        Profile profile, List<(Question Question, AnsweredQuestion Answer)> answers, ModelEndpoint? endpoint = null)
    {
        var manifest = new RunManifest
        {
            Run = RunId.FromHash(new byte[32]).ToString(),
            Name = "mixed set.csv",
            Source = "mixed set.csv",
            SourceETag = "1",
            Created = Time,
            ProfileName = profile.Name,
            Protocol = new Protocol(profile, []),
            ModelName = "tiny model",
            ModelFingerprint = "f00d",
            Endpoint = endpoint,
            Rules = EvaluationRules.Version,
            Questions = answers.Count,
            BatchSize = 10,
        };
        var accumulator = new ReportAccumulator();
        foreach (var (_, answer) in answers)
        {
            accumulator.Add(answer);
        }

        var run = RunId.FromHash(new byte[32]);
        var report = accumulator.Build(RunFinish.HeaderOf(run, 1, manifest, complete: true, []) with { Finished = Time.AddHours(1) });
        var summary = new RunSummary
        {
            Run = run,
            Name = manifest.Name,
            State = RunState.Completed,
            Source = manifest.Source,
            Profile = profile.Name,
            Model = manifest.ModelName,
            ModelFingerprint = manifest.ModelFingerprint,
            Created = Time,
            Changed = Time,
            Questions = answers.Count,
        };
        return (new HandedRun(summary, manifest, report), [.. answers.Select(static pair => (pair.Question, pair.Answer, Row(pair.Question, pair.Answer.Ordinal)))]);
    }

    private static AnswerRow Row(Question question, int ordinal) => new() { Ordinal = ordinal, Id = question.Id, Dataset = question.Dataset };

    private static Question Asked(string id, string dataset, int? gold) => new()
    {
        Id = id,
        Dataset = dataset,
        Text = $"Which finding of {id}?",
        Options = ["fever", "cough", "rash", "pain"],
        Gold = gold,
    };

    private static AnsweredQuestion Voted(int ordinal, Question question, ImmutableArray<int> votes, int? answer) => new()
    {
        Ordinal = ordinal,
        Id = question.Id,
        Dataset = question.Dataset,
        OptionCount = votes.Length,
        Gold = question.Gold,
        Answer = answer,
        Votes = votes,
        SamplesAsked = 3,
        Seconds = 1.5,
        PromptTokens = 20,
        Reasonings = [.. Enumerable.Range(0, 3).Select(index => Reasoned(index, "Answer.", answer))],
    };

    private static Reasoning Reasoned(int index, string text, int? answer) => new()
    {
        Index = index,
        Text = text,
        Tokens = [],
        LogLikelihood = -1,
        DrawnTokens = 4,
        End = SampleEnd.EndToken,
        Answer = answer,
    };

    private static async Task<JsonDocument> InspectAsync(HandedRun run, List<(Question, AnsweredQuestion, AnswerRow)> answers)
    {
        using var file = new MemoryStream();
        await InspectLog.WriteAsync(run, answers.ToAsyncEnumerable(), file, Cancel);
        return JsonDocument.Parse(file.ToArray());
    }

    private static List<JsonElement> Samples(JsonDocument log) => [.. log.RootElement.GetProperty("samples").EnumerateArray()];

    private static async Task<Dictionary<string, byte[]>> FilesAsync(
        Func<HandedRun, IAsyncEnumerable<(Question, AnsweredQuestion, AnswerRow)>, Stream, CancellationToken, Task> write,
        HandedRun run,
        List<(Question, AnsweredQuestion, AnswerRow)> answers)
    {
        using var file = new MemoryStream();
        await write(run, answers.ToAsyncEnumerable(), file, Cancel);
        file.Position = 0;
        await using var archive = await ZipArchive.CreateAsync(file, ZipArchiveMode.Read, leaveOpen: true, null, Cancel);
        var files = new Dictionary<string, byte[]>();
        foreach (var entry in archive.Entries)
        {
            await using var content = await entry.OpenAsync(Cancel);
            using var bytes = new MemoryStream();
            await content.CopyToAsync(bytes, Cancel);
            files[entry.FullName] = bytes.ToArray();
        }

        return files;
    }

    private static async Task<List<JsonElement>> LinesAsync(string schema, byte[] file)
    {
        Assert.Equal((byte)'\n', file[^1]);
        List<JsonElement> lines = [.. Encoding.UTF8.GetString(file).TrimEnd('\n').Split('\n').Select(static line => JsonElement.Parse(line))];
        foreach (var line in lines)
        {
            await HoldsAsync(schema, line);
        }

        return lines;
    }

    private static async Task<JsonElement> LineAsync(string schema, byte[] file) => Assert.Single(await LinesAsync(schema, file));

    private static async Task HoldsAsync(string schema, JsonElement document)
    {
        var known = await JsonSchema.FromFileAsync(PathOf(schema), Cancel);
        Assert.Empty(known.Validate(document.GetRawText()).Select(static error => error.ToString()));
    }

    private static string PathOf(string schema) => Repository.PathOf("tests", "MedQA.Pipeline.Tests", "HandingOver", $"{schema}.schema.json");

    /// <summary>Counts what is written, and takes only asynchronous writes, as a response does.</summary>
    private sealed class AsynchronousOnly : MemoryStream
    {
        public long Written { get; private set; }

        public override void Write(byte[] buffer, int offset, int count) => throw new InvalidOperationException("Synchronous.");

        public override void Write(ReadOnlySpan<byte> buffer) => throw new InvalidOperationException("Synchronous.");

        public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
        {
            Written += count;
            return Task.CompletedTask;
        }

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            Written += buffer.Length;
            return ValueTask.CompletedTask;
        }
    }
}
