using System.Text.Json;
using MedQA.Evaluation.LanguageModels;
using MedQA.Evaluation.Profiles;
using MedQA.Evaluation.Prompting;
using MedQA.Evaluation.Questions;
using MedQA.Evaluation.Strategies;

namespace MedQA.Evaluation.Tests.Prompting;

/// <summary>The prompts that lm-evaluation-harness 0.4.13 scored, written again by profiles, from the questions that their own texts were made of.</summary>
public sealed class HarnessPromptTests
{
    private static readonly Profile Likelihood = BuiltInProfiles.Find("likelihood")!;

    public static TheoryData<string> Tasks => ["medqa_pub", "medqa_text_pub", "pubmedqa_pub", "anatomy_5shot"];

    [Theory]
    [MemberData(nameof(Tasks))]
    public void A_profile_writes_the_harness_prompts(string task)
    {
        var (protocol, file) = ProtocolOf(task);
        var questions = Csv.Questions(Repository.SharedPathOf("data", "csv", file)).ToDictionary(static question => question.Id);
        var rows = File.ReadLines(Repository.PathOf("tests", "references", "loglikelihood", task + ".jsonl")).Select(static line => JsonDocument.Parse(line).RootElement).ToList();

        Assert.NotEmpty(rows);
        foreach (var row in rows)
        {
            var question = questions[IdOf(task, row.GetProperty("id").GetString()!, questions.Keys)];
            var prompt = Assert.IsType<CompletionPrompt>(PromptBuilder.Build(protocol, question));
            Assert.Equal(row.GetProperty("prompt").GetString(), prompt.Text);
            Assert.Equal(row.GetProperty("continuations").EnumerateArray().Select(static text => text.GetString()), AnswerForm.Of(protocol.Profile, question.Options).Continuations);
        }
    }

    private static string IdOf(string task, string id, IEnumerable<string> ids) => ids.Contains(id) ? id : $"anatomy-test-{int.Parse(id[^3..])}";

    private static (Protocol Protocol, string File) ProtocolOf(string task) => task switch
    {
        "medqa_pub" => (new Protocol(Likelihood, []), "medqa_us_test_4opt.csv"),
        "medqa_text_pub" => (new Protocol(Likelihood with { AnswerSpace = AnswerSpace.OptionTexts }, []), "medqa_us_test_4opt.csv"),
        "pubmedqa_pub" => (new Protocol(Likelihood, []), "pubmedqa_test.csv"),
        _ => (
            new Protocol(
                Likelihood with { Template = "{question}\n{options}\nAnswer:", Instruction = "The following are multiple choice questions (with answers) about anatomy." },
                [
                    .. Csv.Questions(Repository.SharedPathOf("data", "csv", "mmlu_anatomy_dev.csv"))
                        .Select(static question => new Exemplar { Id = question.Id, Text = question.Text, Options = question.Options, Answer = question.Gold }),
                ]),
            "mmlu_anatomy_test.csv"),
    };
}
