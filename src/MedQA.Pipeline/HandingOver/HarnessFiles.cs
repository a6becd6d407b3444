using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using MedQA.Evaluation.Answering;
using MedQA.Evaluation.Profiles;
using MedQA.Evaluation.Prompting;
using MedQA.Evaluation.Questions;
using MedQA.Evaluation.Reporting;

namespace MedQA.Pipeline.HandingOver;

/// <summary>
/// Writes a run as lm-evaluation-harness writes its own (0.4): an archive with <c>MODEL/results_DATE.json</c> and for each data set
/// <c>MODEL/samples_TASK_DATE.jsonl</c>. Questions that failed have no line, and neither have those without a known answer beside others
/// that have one: readers take a line without a metric for a wrong answer.
/// </summary>
internal sealed partial class HarnessFiles
{
    /// <summary>The filter of answers that were read from samples and voted; the harness's own name where nothing is filtered.</summary>
    private const string Vote = "vote";
    private const string NoFilter = "none";

    private readonly HandedRun _run;
    private readonly string _filter;
    private readonly string _date;
    private readonly ImmutableSortedDictionary<string, TaskOf> _tasks;

    private HarnessFiles(HandedRun run)
    {
        _run = run;
        _filter = run.Profile.Strategy is { ScoresOptions: true } or { WritesFreeAnswers: true } ? NoFilter : Vote;
        _date = run.Written.UtcDateTime.ToString("yyyy-MM-dd'T'HH-mm-ss.ffffff", CultureInfo.InvariantCulture);
        var tasks = ImmutableSortedDictionary.CreateBuilder<string, TaskOf>(StringComparer.Ordinal);
        var names = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var slice in run.Report.Datasets)
        {
            var plain = NotInTasks().Replace(slice.Dataset, "_");
            var name = plain;
            for (var number = 2; !names.Add(name); number++)
            {
                name = $"{plain}_{number}";
            }

            tasks[slice.Dataset] = new TaskOf(name, slice);
        }

        _tasks = tasks.ToImmutable();
    }

    /// <summary>Writes the archive; a question is in memory at a time, the lines are in a temporary file.</summary>
    public static async Task WriteAsync(
        HandedRun run,
        IAsyncEnumerable<(Question Question, AnsweredQuestion Answer, AnswerRow Row)> answers,
        Stream file,
        CancellationToken cancellationToken)
    {
        var files = new HarnessFiles(run);
        await using var spool = new LineSpool();
        try
        {
            await foreach (var (question, answer, _) in answers.WithCancellation(cancellationToken))
            {
                if (files._tasks.TryGetValue(answer.Dataset, out var task))
                {
                    var document = task.Documents++;
                    if (answer.Failure is null && (answer.Correct is not null || task.Slice.Accuracy.Value is null))
                    {
                        var line = HandedJson.Of(json => files.WriteSample(json, task, document, question, answer));
                        await spool.AddAsync(answer.Dataset, line, cancellationToken);
                    }
                }
            }

            var folder = NotInModels().Replace(run.Manifest.ModelName, "__");
            await LineSpool.WriteArchiveAsync(file, WriteEntriesAsync, cancellationToken);

            async Task WriteEntriesAsync(System.IO.Compression.ZipArchive archive)
            {
                await using (var results = await LineSpool.EntryAsync(
                    archive, $"{folder}/results_{files._date}.json", run.Written, cancellationToken))
                {
                    await results.WriteAsync(HandedJson.Of(files.WriteResults, indented: true), cancellationToken);
                }

                foreach (var (dataset, task) in files._tasks.Where(task => spool.Count(task.Key) > 0))
                {
                    await spool.CopyToAsync(
                        dataset, $"{folder}/samples_{task.Name}_{files._date}.jsonl", archive, run.Written, cancellationToken);
                }
            }
        }
        finally
        {
            foreach (var task in files._tasks.Values)
            {
                task.Hashes.Dispose();
            }
        }
    }

    private void WriteResults(Utf8JsonWriter json)
    {
        var (report, profile) = (_run.Report, _run.Profile);
        json.WriteObject("results", () => ForTasks(json, task =>
        {
            json.WriteString("alias", task.Name);
            if (task.Slice.Accuracy.Value is { } accuracy)
            {
                json.WriteNumber($"acc,{_filter}", accuracy);
                if (task.Slice.Accuracy.StandardError is { } error)
                {
                    json.WriteNumber($"acc_stderr,{_filter}", error);
                }
                else
                {
                    json.WriteString($"acc_stderr,{_filter}", "N/A");
                }

                if (HasNorms)
                {
                    var scoring = report.OptionScoring!;
                    json.WriteNumber($"acc_norm,{_filter}", (double)scoring.CorrectByCodePoints / scoring.Scored);
                    json.WriteString($"acc_norm_stderr,{_filter}", "N/A");
                    json.WriteNumber($"acc_bytes,{_filter}", (double)scoring.CorrectByBytes / scoring.Scored);
                    json.WriteString($"acc_bytes_stderr,{_filter}", "N/A");
                }
            }
        }));
        json.WriteObject("group_subtasks", () =>
        {
            foreach (var task in _tasks.Values)
            {
                json.WriteTexts(task.Name, []);
            }
        });
        json.WriteObject("configs", () => ForTasks(json, task => WriteConfig(json, task)));
        json.WriteObject("versions", () =>
        {
            foreach (var task in _tasks.Values)
            {
                json.WriteString(task.Name, $"rules {report.EvaluationRules}");
            }
        });
        json.WriteObject("n-shot", () =>
        {
            foreach (var (dataset, task) in _tasks)
            {
                json.WriteNumber(task.Name, ExemplarsOf(dataset));
            }
        });
        json.WriteObject("higher_is_better", () => ForTasks(json, task =>
        {
            foreach (var metric in MetricsOf(task))
            {
                json.WriteBoolean(metric, true);
            }
        }));
        json.WriteObject("n-samples", () => ForTasks(json, task =>
        {
            json.WriteNumber("original", task.Documents);
            json.WriteNumber("effective", task.Slice.Accuracy.Scored);
        }));
        json.WriteObject("config", () =>
        {
            json.WriteString("model", HandedRun.Library);
            json.WriteObject("model_args", () =>
            {
                json.WriteString("model", _run.Manifest.Endpoint?.Model ?? _run.Manifest.ModelName);
                json.WriteString("fingerprint", _run.Manifest.ModelFingerprint);
                json.WriteText("base_url", _run.Manifest.Endpoint?.Host);
            });
            json.WriteNull("batch_size");
            json.WriteNull("device");
            json.WriteNull("use_cache");
            if (_run.Manifest.Limit is { } limit)
            {
                json.WriteNumber("limit", limit);
            }
            else
            {
                json.WriteNull("limit");
            }

            json.WriteNull("gen_kwargs");
            json.WriteNumber("random_seed", profile.Seed);
        });
        json.WriteObject("medqa", () =>
        {
            json.WriteString("library", HandedRun.Library);
            json.WriteString("version", HandedRun.LibraryVersion);
            json.WriteString("run", _run.Id);
            json.WriteNumber("revision", report.Circumstances.Revision);
            json.WriteBoolean("provisional", report.Provisional);
            json.WriteText("question_set_hash", report.QuestionSetHash);
            json.WriteText("seal", report.Circumstances.Seal);
            json.WriteTexts("warnings", report.Warnings);
            json.WriteTexts("notes", report.Notes);
            json.WriteObject("tasks", () => ForTasks(json, task => WriteCounts(json, task.Slice)));
        });
        json.WriteNull("git_hash");
        json.WriteNumber("date", _run.Manifest.Created.ToUnixTimeMilliseconds() / 1000.0);
        json.WriteObject("task_hashes", () =>
        {
            foreach (var task in _tasks.Values)
            {
                json.WriteString(task.Name, Convert.ToHexStringLower(task.Hashes.GetCurrentHash()));
            }
        });
        json.WriteString("model_source", HandedRun.Library);
        json.WriteString("model_name", _run.Manifest.ModelName);
        json.WriteString("model_name_sanitized", NotInModels().Replace(_run.Manifest.ModelName, "__"));
        json.WriteString("system_instruction", profile.System);
        json.WriteString("system_instruction_sha", profile.System is { } system ? HandedRun.HashOf(system) : null);
        json.WriteBoolean("fewshot_as_multiturn", profile is { Format: PromptFormat.Chat, ExamplesAs: ExemplarPlacement.Turns });
        json.WriteNull("chat_template");
        json.WriteNull("chat_template_sha");
        json.WriteString("total_evaluation_time_seconds", report.Circumstances.Seconds.ToString(CultureInfo.InvariantCulture));
    }

    private void WriteConfig(Utf8JsonWriter json, TaskOf task)
    {
        var profile = _run.Profile;
        json.WriteString("task", task.Name);
        json.WriteString("dataset_path", Path.GetFileName(_run.Manifest.Name));
        json.WriteString("dataset_name", task.Slice.Dataset);
        json.WriteString("doc_to_text", profile.Template ?? "");
        json.WriteString("doc_to_target", profile.AnswerTemplate ?? "");
        json.WriteString("description", profile.Instruction);
        json.WriteString("output_type", profile.Strategy.ScoresOptions ? "multiple_choice" : "generate_until");
        json.WriteNumber("num_fewshot", ExemplarsOf(task.Slice.Dataset));
        json.WriteObjects("metric_list", MetricsOf(task), metric =>
        {
            json.WriteString("metric", metric);
            json.WriteString("aggregation", "mean");
            json.WriteBoolean("higher_is_better", true);
        });
        if (!profile.Strategy.ScoresOptions)
        {
            json.WriteObject("generation_kwargs", () => WriteGeneration(json));
            json.WriteNumber("repeats", _run.Samples);
            json.WriteObjects("filter_list", _filter == Vote ? [Vote] : Array.Empty<string>(), name =>
            {
                json.WriteString("name", name);
                json.WriteObjects("filter", ["majority_vote"], function => json.WriteString("function", function));
            });
        }

        json.WriteBoolean("should_decontaminate", false);
        json.WriteObject("metadata", () =>
        {
            json.WriteString("version", $"rules {_run.Report.EvaluationRules}");
            json.WriteString("profile", profile.Name);
            json.WriteString("strategy", profile.Strategy.Name);
        });
    }

    private void WriteGeneration(Utf8JsonWriter json)
    {
        var profile = _run.Profile;
        json.WriteTexts("until", PromptBuilder.StopOf(profile));
        json.WriteBoolean("do_sample", profile.Temperature > 0);
        json.WriteNumber("temperature", profile.Temperature);
        json.WriteNumber("top_p", profile.TopP);
        if (profile.TopK > 0)
        {
            json.WriteNumber("top_k", profile.TopK);
        }

        json.WriteNumber("max_gen_toks", profile.MaxTokens);
    }

    private static void WriteCounts(Utf8JsonWriter json, Slice slice)
    {
        var accuracy = slice.Accuracy;
        json.WriteString("dataset", slice.Dataset);
        json.WriteNumber("correct", accuracy.Correct);
        json.WriteNumber("scored", accuracy.Scored);
        json.WriteNumber("unanswered", accuracy.Unanswered);
        json.WriteNumber("failed", accuracy.Failed);
        json.WriteNumber("cannot_be_asked", accuracy.Unaskable);
        json.WriteFinite("chance", accuracy.Chance);
        json.WriteFinite("interval_95_lower", accuracy.Interval?.Lower);
        json.WriteFinite("interval_95_upper", accuracy.Interval?.Upper);
        json.WriteFinite("bound_lower", accuracy.Bounds?.Lower);
        json.WriteFinite("bound_upper", accuracy.Bounds?.Upper);
        json.WriteFinite("mean_agreement", slice.MeanAgreement);
    }

    private void WriteSample(Utf8JsonWriter json, TaskOf task, int document, Question question, AnsweredQuestion answer)
    {
        var prompt = _run.TextOf(_run.PromptOf(question, answer));
        var target = TargetOf(question);
        var doc = HandedJson.Of(inner => WriteDocument(inner, question));
        string[] hashes = [Convert.ToHexStringLower(SHA256.HashData(doc.Span[..^1])), HandedRun.HashOf(prompt), HandedRun.HashOf(target)];
        task.Hashes.AppendData(Encoding.ASCII.GetBytes(string.Concat(hashes)));
        json.WriteNumber("doc_id", document);
        json.WritePropertyName("doc");
        json.WriteRawValue(doc.Span[..^1], skipInputValidation: true);
        json.WriteString("target", target);
        if (_run.Profile.Strategy.ScoresOptions)
        {
            WriteScored(json, question, answer, prompt);
        }
        else
        {
            json.WriteObject("arguments", () => json.WriteObject("gen_args_0", () =>
            {
                json.WriteString("arg_0", prompt);
                json.WriteObject("arg_1", () => WriteGeneration(json));
            }));
            json.WriteStartArray("resps");
            json.WriteStartArray();
            foreach (var reasoning in answer.Reasonings)
            {
                json.WriteStringValue(HandedRun.PartsOf(reasoning).Said);
            }

            json.WriteEndArray();
            json.WriteEndArray();
            json.WriteTexts("filtered_resps", [_run.AnswerOf(answer) ?? ""]);
        }

        json.WriteString("filter", _filter);
        json.WriteTexts("metrics", answer.Correct is null ? [] : MetricsOf(answer));
        json.WriteString("doc_hash", hashes[0]);
        json.WriteString("prompt_hash", hashes[1]);
        json.WriteString("target_hash", hashes[2]);
        if (answer.Correct is { } correct)
        {
            json.WriteNumber("acc", correct ? 1.0 : 0.0);
            if (answer.AnswerByCodePoints is { } byCodePoints)
            {
                json.WriteNumber("acc_norm", byCodePoints == answer.Gold ? 1.0 : 0.0);
                json.WriteNumber("acc_bytes", answer.AnswerByBytes == answer.Gold ? 1.0 : 0.0);
            }
        }

        json.WriteObject("medqa", () => WriteOwn(json, answer));
    }

    /// <summary>
    /// The likelihood of each option, as the harness writes it: the number and whether the option is the most likely continuation, which
    /// is not known here.
    /// </summary>
    private void WriteScored(Utf8JsonWriter json, Question question, AnsweredQuestion answer, string prompt)
    {
        var continuations = AnswerForm.Of(_run.Profile, question.Options).Continuations;
        json.WriteObject("arguments", () =>
        {
            foreach (var (option, continuation) in continuations.Index())
            {
                json.WriteObject(string.Create(CultureInfo.InvariantCulture, $"gen_args_{option}"), () =>
                {
                    json.WriteString("arg_0", prompt);
                    json.WriteString("arg_1", continuation);
                });
            }
        });
        foreach (var (name, nested) in ((string, bool)[])[("resps", true), ("filtered_resps", false)])
        {
            json.WriteStartArray(name);
            foreach (var likelihood in answer.OptionLogLikelihoods)
            {
                if (nested)
                {
                    json.WriteStartArray();
                }

                json.WriteStartArray();
                json.WriteStringValue(likelihood.ToString("R", CultureInfo.InvariantCulture));
                json.WriteStringValue("None");
                json.WriteEndArray();
                if (nested)
                {
                    json.WriteEndArray();
                }
            }

            json.WriteEndArray();
        }
    }

    private static void WriteDocument(Utf8JsonWriter json, Question question)
    {
        json.WriteString("id", question.Id);
        json.WriteString("dataset", question.Dataset);
        json.WriteText("topic", question.Topic);
        json.WriteText("context", question.Context);
        json.WriteString("question", question.Text);
        json.WriteTexts("choices", question.Options);
        if (question.Gold is { } gold)
        {
            json.WriteNumber("answer", gold);
        }

        if (question.GoldSet is { } right)
        {
            json.WriteNumbers("answers", right.Options.Select(static option => (double)option));
        }

        if (!question.ReferenceAnswers.IsEmpty)
        {
            json.WriteTexts("reference_answers", question.ReferenceAnswers);
        }

        if (question.Metadata is { } metadata)
        {
            json.WriteTexts("metadata", metadata);
        }
    }

    private static void WriteOwn(Utf8JsonWriter json, AnsweredQuestion answer)
    {
        json.WriteNumber("ordinal", answer.Ordinal);
        if (answer.OptionCount > 0)
        {
            HandedRun.WriteVotes(json, answer);
            json.WriteNumber("samples_asked", answer.SamplesAsked);
            json.WriteFinite("agreement", answer.Agreement);
            json.WriteNumber("forced_votes", answer.ForcedVotes);
            json.WriteBoolean("tie", answer.Tie);
        }

        json.WriteFinite("stopping_posterior", answer.StoppingPosterior);
        var (prompt, generated, thought) = HandedRun.TokensOf(answer);
        json.WriteNumber("prompt_tokens", prompt);
        json.WriteNumber("generated_tokens", generated);
        if (thought > 0)
        {
            json.WriteNumber("thought_tokens", thought);
        }

        json.WriteFinite("seconds", answer.Seconds);
        if (answer.Reasonings.Any(static reasoning => HandedRun.PartsOf(reasoning).Thought is not null))
        {
            json.WriteTexts("thoughts", answer.Reasonings.Select(static reasoning => HandedRun.PartsOf(reasoning).Thought ?? ""));
        }
    }

    private static string TargetOf(Question question) => question.RightOptions is { } gold
        ? gold.ToString()
        : question.ReferenceAnswers is [var first, ..] ? first : "";

    private static ImmutableArray<string> MetricsOf(AnsweredQuestion answer) =>
        answer.AnswerByCodePoints is null ? ["acc"] : ["acc", "acc_norm", "acc_bytes"];

    private ImmutableArray<string> MetricsOf(TaskOf task) => task.Slice.Accuracy.Value is null ? []
        : HasNorms ? ["acc", "acc_norm", "acc_bytes"] : ["acc"];

    /// <summary>Whether the report has the harness's other accuracies: it counts them over all data sets together.</summary>
    private bool HasNorms => _run.Report is { OptionScoring.Scored: > 0, Datasets.Length: 1 };

    private int ExemplarsOf(string dataset) =>
        _run.Profile.ExemplarSelection == ExemplarSelection.Nearest
            ? _run.Profile.Exemplars
            : (_run.Report.Protocol.DatasetExemplars.FirstOrDefault(set => set.Dataset == dataset)?.Exemplars
                ?? _run.Report.Protocol.Exemplars).Length;

    private void ForTasks(Utf8JsonWriter json, Action<TaskOf> write)
    {
        foreach (var task in _tasks.Values)
        {
            json.WriteObject(task.Name, () => write(task));
        }
    }

    /// <summary>What the harness's own names of files keep of a task's name.</summary>
    [GeneratedRegex(@"\W", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex NotInTasks();

    /// <summary>What the harness's folders leave out of a model's name.</summary>
    [GeneratedRegex("""[\x00-\x1F"<>:/|\\?*\[\]]+""", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex NotInModels();

    /// <summary>A data set as a task.</summary>
    private sealed class TaskOf(string name, Slice slice)
    {
        public string Name => name;

        public Slice Slice => slice;

        /// <summary>Documents so far: those that failed, too.</summary>
        public int Documents { get; set; }

        /// <summary>The hash of all documents, prompts and targets, as the harness makes it.</summary>
        public IncrementalHash Hashes { get; } = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    }
}
