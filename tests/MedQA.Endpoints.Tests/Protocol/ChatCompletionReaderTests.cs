using System.Text;
using FsCheck.Xunit;
using MedQA.Endpoints.Protocol;
using MedQA.Evaluation.LanguageModels;

namespace MedQA.Endpoints.Tests.Protocol;

public sealed class ChatCompletionReaderTests
{
    [Theory]
    [InlineData("\"stop\"", "null", SampleEnd.EndToken)]
    [InlineData("\"stop\"", "\"###\"", SampleEnd.StopText)]
    [InlineData("\"stop\"", "128001", SampleEnd.EndToken)]
    [InlineData("\"length\"", "null", SampleEnd.MaxTokens)]
    [InlineData("\"content_filter\"", "null", SampleEnd.ContentFilter)]
    [InlineData("\"something\"", "null", SampleEnd.EndToken)]
    [InlineData("null", "null", SampleEnd.EndToken)]
    public void The_reason_of_the_end_is_read(string finish, string stop, SampleEnd end) => Assert.Equal(
        end, Only($$"""{"message": {"content": "Yes."}, "finish_reason": {{finish}}, "stop_reason": {{stop}}}""").End);

    [Fact]
    public void An_answer_that_the_service_gave_up_on_is_none() => Assert.Empty(
        Read("""{"choices": [{"message": {"content": "Half"}, "finish_reason": "abort"}]}""")!.Choices);

    [Theory]
    [InlineData("\"Yes.\"", "Yes.")]
    [InlineData("null", "")]
    [InlineData("""[{"type": "text", "text": "Y"}, {"type": "text", "text": "es."}, {"type": "image_url"}]""", "Yes.")]
    [InlineData("[]", "")]
    [InlineData("7", "")]
    [InlineData("\"Good \\ud83d then \\ude00. A \\ud83d\\ude00\"", "Good \ufffd then \ufffd. A \U0001F600")]
    [InlineData("\"\\\\ud83d \\ud83d\\n\\\"\"", "\\ud83d \ufffd\n\"")]
    [InlineData("[\"\\ud83d\"]", "\ufffd")]
    public void The_text_is_read_in_each_of_its_forms(string content, string text) =>
        Assert.Equal(text, Only($$"""{"message": {"content": {{content}} } }""").Text);

    [Theory]
    [InlineData("""{"content": "Yes.", "reasoning_content": "Hm."}""", "Yes.", "Hm.")]
    [InlineData("""{"content": "Yes.", "reasoning": "Hm."}""", "Yes.", "Hm.")]
    [InlineData("""{"content": null, "reasoning_content": "Hm."}""", "", "Hm.")]
    [InlineData("""{"content": "<think>Hm.</think>Yes."}""", "<think>Hm.</think>Yes.", null)]
    [InlineData("""{"content": "Yes.", "reasoning_content": ""}""", "Yes.", null)]
    [InlineData("""{"content": null, "refusal": "I cannot help."}""", "I cannot help.", null)]
    public void Thoughts_are_kept_apart_only_where_the_service_does_so(string message, string text, string? thought)
    {
        var choice = Only($$"""{"message": {{message}}}""");
        Assert.Equal((text, thought), (choice.Text, choice.Thought));
    }

    [Fact]
    public void An_answer_may_begin_with_a_byte_order_mark() => Assert.Equal(
        "Yes.", Assert.Single(ChatCompletionReader.Read([0xEF, 0xBB, 0xBF, .. Encoding.UTF8.GetBytes("""{"choices": [{"message": {"content": "Yes."}}]}""")])!.Choices).Text);

    [Theory]
    [InlineData("100.0", "20", 100, 20)]
    [InlineData("9223372036854775807", "20", null, null)]
    [InlineData("100", "4611686018427387904", null, null)]
    [InlineData("1e300", "20", null, null)]
    [InlineData("100.5", "20", null, null)]
    [InlineData("-1", "20", null, null)]
    public void Numbers_that_no_request_can_have_are_no_usage(string prompt, string completion, int? promptTokens, int? completionTokens)
    {
        var usage = Read($$"""{"choices": [], "usage": {"prompt_tokens": {{prompt}}, "completion_tokens": {{completion}} } }""")!.Usage;
        Assert.Equal((promptTokens, completionTokens), ((int?)usage?.PromptTokens, (int?)usage?.CompletionTokens));
    }

    [Fact]
    public void Choices_come_in_the_order_of_their_indices() => Assert.Equal(
        ["a", "b"],
        Read("""{"choices": [{"index": 1, "message": {"content": "b"}}, {"index": 0, "message": {"content": "a"}}]}""")!
            .Choices.Select(static choice => choice.Text));

    [Fact]
    public void Log_probabilities_are_summed_and_are_unknown_where_one_is_missing()
    {
        var choice = Only("""{"message": {"content": "ab"}, "logprobs": {"content": [{"token": "a", "logprob": -0.5}, {"token": "b", "logprob": -1}]}}""");
        Assert.Equal((-1.5, 2), (choice.LogLikelihood, choice.ScoredTokens));
        Assert.True(double.IsNaN(Only("""{"message": {"content": "ab"}, "logprobs": {"content": [{"token": "a"}]}}""").LogLikelihood));
        Assert.True(double.IsNaN(Only("""{"message": {"content": "ab"}, "logprobs": null}""").LogLikelihood));
    }

    [Theory]
    [InlineData("""{"prompt_tokens": 5, "completion_tokens": 7, "total_tokens": 12}""", 5, 7, 0)]
    [InlineData("""{"prompt_tokens": 5, "total_tokens": 12}""", 5, 7, 0)]
    [InlineData("""{"prompt_tokens": 5, "completion_tokens": 7, "completion_tokens_details": {"reasoning_tokens": 6}}""", 5, 7, 6)]
    public void Usage_is_read(string usage, long prompt, long completion, long thoughts) =>
        Assert.Equal(new ChatUsage(prompt, completion, thoughts), Read($$"""{"choices": [], "usage": {{usage}}}""")!.Usage);

    [Theory]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("""{"prompt_tokens": "5"}""")]
    [InlineData("""{"prompt_tokens": -5, "completion_tokens": 1}""")]
    public void Usage_that_says_nothing_is_none(string usage) => Assert.Null(Read($$"""{"choices": [], "usage": {{usage}}}""")!.Usage);

    [Theory]
    [InlineData("""{"model": "gpt-4o-2024-08-06", "system_fingerprint": "fp_1"}""", "gpt-4o-2024-08-06 fp_1")]
    [InlineData("""{"model": "llama", "system_fingerprint": null}""", "llama")]
    [InlineData("{}", null)]
    [InlineData("""{"model": "a\nb"}""", null)]
    public void The_served_version_is_read(string answer, string? version) => Assert.Equal(version, Read(answer)!.Version);

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("\"text\"")]
    [InlineData("<html></html>")]
    public void What_is_no_completion_is_none(string answer) => Assert.Null(Read(answer));

    [Theory]
    [InlineData("""{"choices": null}""")]
    [InlineData("""{"choices": [null, 5, {}]}""")]
    [InlineData("""{"error": {"message": "no"}}""")]
    public void An_answer_without_choices_is_empty(string answer) => Assert.Empty(Read(answer)!.Choices);

    [Property]
    public void Any_bytes_are_read_or_refused(byte[] bytes) => ChatCompletionReader.Read(bytes);

    private static ChatCompletion? Read(string json) => ChatCompletionReader.Read(Encoding.UTF8.GetBytes(json));

    private static ChatChoice Only(string choice) => Assert.Single(Read($$"""{"choices": [{{choice}}]}""")!.Choices);
}
