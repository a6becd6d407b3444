using System.Collections.Immutable;
using MedQA.Evaluation.LanguageModels;
using MedQA.Inference.ChatTemplates;

namespace MedQA.Inference.Tests.ChatTemplates;

/// <summary>Templates with the constructs of the great families, written for these tests; what they render was worked out by hand.</summary>
public sealed class TemplateFamilyTests
{
    private static readonly ChatMessage[] Whole = [ChatMessage.System(" Be brief. "), ChatMessage.User("One?\n"), ChatMessage.Assistant("<think>\nhm\n</think>\n\n A. "), ChatMessage.User(" Two?")];
    private static readonly ChatMessage[] WithoutSystem = Whole[1..];

    [Fact]
    public void Llama_3_1_takes_the_system_text_out_trims_every_message_and_writes_the_date() => Renders(
        "llama-3.1", Whole,
        "<s><|start_header_id|>system<|end_header_id|>\n\nKnown until: December 2023\nDate: 05 Jan 2026\n\nBe brief.<|eot_id|>"
        + "<|start_header_id|>user<|end_header_id|>\n\nOne?<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\n<think>\nhm\n</think>\n\n A.<|eot_id|>"
        + "<|start_header_id|>user<|end_header_id|>\n\nTwo?<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\n");

    [Fact]
    public void Qwen_2_5_has_a_system_text_of_its_own() => Renders(
        "qwen-2.5", WithoutSystem,
        "<|im_start|>system\nAnswer as a careful assistant.<|im_end|>\n<|im_start|>user\nOne?\n<|im_end|>\n"
        + "<|im_start|>assistant\n<think>\nhm\n</think>\n\n A. <|im_end|>\n<|im_start|>user\n Two?<|im_end|>\n<|im_start|>assistant\n");

    [Fact]
    public void Qwen_3_drops_the_reasoning_of_earlier_turns() => Renders(
        "qwen-3", Whole,
        "<|im_start|>system\n Be brief. <|im_end|>\n<|im_start|>user\nOne?\n<|im_end|>\n<|im_start|>assistant\n A. <|im_end|>\n<|im_start|>user\n Two?<|im_end|>\n<|im_start|>assistant\n");

    [Fact]
    public void Qwen_3_keeps_the_reasoning_of_the_last_turn() => Renders(
        "qwen-3", Whole[1..3],
        "<|im_start|>user\nOne?\n<|im_end|>\n<|im_start|>assistant\n<think>\nhm\n</think>\n\n A. <|im_end|>\n", addGenerationPrompt: false);

    [Fact]
    public void Gemma_2_calls_the_assistant_model() => Renders(
        "gemma-2", WithoutSystem,
        "<s><start_of_turn>user\nOne?<end_of_turn>\n<start_of_turn>model\n<think>\nhm\n</think>\n\n A.<end_of_turn>\n<start_of_turn>user\nTwo?<end_of_turn>\n<start_of_turn>model\n");

    [Fact]
    public void Gemma_2_refuses_a_system_text() => Refuses("gemma-2", Whole, "There is no system role here");

    [Fact]
    public void Gemma_3_puts_the_system_text_in_front_of_the_first_user_message() => Renders(
        "gemma-3", Whole,
        "<s><start_of_turn>user\n Be brief. \n\nOne?<end_of_turn>\n<start_of_turn>model\n<think>\nhm\n</think>\n\n A.<end_of_turn>\n<start_of_turn>user\nTwo?<end_of_turn>\n<start_of_turn>model\n");

    [Fact]
    public void Mistral_puts_the_system_text_in_front_of_the_last_user_message() => Renders(
        "mistral", Whole, "<s>[INST] One?\n[/INST] <think>\nhm\n</think>\n\n A.</s>[INST]  Be brief. \n\n Two?[/INST]");

    [Fact]
    public void Mistral_refuses_two_questions_in_a_row() => Refuses("mistral", [ChatMessage.User("a"), ChatMessage.User("b")], "After the system text roles must alternate");

    [Fact]
    public void Phi_3_ends_a_finished_conversation_with_the_end_token()
    {
        Renders("phi-3", Whole, "<|system|>\n Be brief. <|end|>\n<|user|>\nOne?\n<|end|>\n<|assistant|>\n<think>\nhm\n</think>\n\n A. <|end|>\n<|user|>\n Two?<|end|>\n<|assistant|>\n");
        Renders("phi-3", [ChatMessage.User("a")], "<|user|>\na<|end|>\n</s>", addGenerationPrompt: false);
    }

    [Fact]
    public void Phi_4_mini_makes_its_tokens_from_the_roles() => Renders(
        "phi-4-mini", Whole, "<|system|> Be brief. <|end|><|user|>One?\n<|end|><|assistant|><think>\nhm\n</think>\n\n A. <|end|><|user|> Two?<|end|><|assistant|>");

    [Fact]
    public void What_only_tools_need_is_not_asked_of_a_question_without_tools() => Renders(
        "tools-unused", Whole,
        "<system> Be brief. </system><user>One?\n</user><assistant><think>\nhm\n</think>\n\n A. </assistant><user> Two?</user><assistant>");

    [Fact]
    public void What_a_message_says_is_told_from_what_the_template_writes()
    {
        var segments = Load("llama-3.1").Render([ChatMessage.User("  <|eot_id|> \n")], new(2026, 1, 5));
        Assert.Equal("<|eot_id|>", Assert.Single(segments, static segment => !segment.FromTemplate).Text);
        Assert.StartsWith("<|eot_id|><|start_header_id|>assistant", segments[^1].Text, StringComparison.Ordinal);
    }

    private static void Renders(string family, ChatMessage[] messages, string expected, bool addGenerationPrompt = true) =>
        Assert.Equal(expected, string.Concat(Load(family).Render(messages, new(2026, 1, 5), addGenerationPrompt: addGenerationPrompt).Select(static segment => segment.Text)));

    private static void Refuses(string family, ChatMessage[] messages, string says) =>
        Assert.Equal(says, Assert.Throws<TemplateRejectionException>(() => Load(family).Render(messages, new(2026, 1, 5))).Message);

    private static ChatTemplate Load(string family) => ChatTemplate.Parse(
        File.ReadAllText(Repository.PathOf("tests", "MedQA.Inference.Tests", "ChatTemplates", "families", family + ".jinja")),
        family, ImmutableSortedDictionary<string, string>.Empty.Add("bos_token", "<s>").Add("eos_token", "</s>"));
}
