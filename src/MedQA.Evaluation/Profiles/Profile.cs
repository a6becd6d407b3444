using System.Collections.Immutable;
using MedQA.Evaluation.Extraction;
using MedQA.Evaluation.LanguageModels;
using MedQA.Evaluation.Prompting;
using MedQA.Evaluation.Questions;

namespace MedQA.Evaluation.Profiles;

/// <summary>How a run asks its questions: strategy, prompt, sampling and voting. Written as JSON; unknown fields are errors.</summary>
public sealed record Profile
{
    /// <summary>The most samples per question.</summary>
    public const int MaxSamples = 1000;

    /// <summary>What the request for the answer alone takes of a prompt, generously.</summary>
    private const int FollowUpTokens = 64;

    /// <summary>The name that selects it: lower-case letters, digits and hyphens.</summary>
    public required string Name { get; init; }

    /// <summary>
    /// The strategy: <c>few-shot</c>, <c>chain-of-thought</c>, <c>self-consistency</c> and so on; docs/profiles.md lists them.
    /// </summary>
    public required Strategy Strategy { get; init; }

    /// <summary>Whether the model is asked through its chat template or continues a text.</summary>
    public PromptFormat Format { get; init; } = PromptFormat.Chat;

    /// <summary>The system text of a chat, or <see langword="null"/> for the template's own.</summary>
    public string? System { get; init; }

    /// <summary>
    /// What the model is told to do, with the placeholder <c>{answers}</c> for all answers that a question has. See
    /// <see cref="Prompting.PromptBuilder"/> for its place.
    /// </summary>
    public string Instruction { get; init; } = "";

    /// <summary>
    /// How a question is written, with the placeholders <c>{instruction}</c>, <c>{context}</c>, <c>{question}</c>, <c>{options}</c> and,
    /// for the text of single options, <c>{a}</c> to <c>{z}</c>; <see langword="null"/> for the format's own. See
    /// <see cref="PromptTemplate"/>.
    /// </summary>
    public string? Template { get; init; }

    /// <summary>How one option is written within <c>{options}</c>, with the placeholders <c>{letter}</c> and <c>{option}</c>.</summary>
    public string OptionTemplate { get; init; } = "({letter}) {option}";

    /// <summary>What comes between two options within <c>{options}</c>.</summary>
    public string OptionSeparator { get; init; } = "\n";

    /// <summary>
    /// How an answer is written, in worked examples and in the continuations of <c>likelihood</c>, with the placeholders <c>{letter}</c>
    /// and <c>{option}</c>; <see langword="null"/> for the answer space's own: <c>({letter})</c>, or <c>{option}</c> for words and texts.
    /// </summary>
    public string? AnswerTemplate { get; init; }

    /// <summary>
    /// What the model answers with; <see langword="null"/> for words where the options are yes, no and maybe, and for letters elsewhere.
    /// </summary>
    public AnswerSpace? AnswerSpace { get; init; }

    /// <summary>Whether worked examples are turns of the chat or text in front of the question.</summary>
    public ExemplarPlacement ExamplesAs { get; init; } = ExemplarPlacement.Turns;

    /// <summary>
    /// The name of the set of worked examples, <c>auto</c> for the one that fits the data set, or <see langword="null"/> for none, or for
    /// <see cref="Examples"/>.
    /// </summary>
    public string? ExemplarSet { get; init; }

    /// <summary>The most worked examples to use; fewer where the context is too short for the run's questions.</summary>
    public int Exemplars { get; init; }

    /// <summary>Worked examples of the profile's own, in place of a set; empty for none.</summary>
    public ImmutableArray<Exemplar> Examples { get; init => field = value.IsDefaultOrEmpty ? [] : value; } = [];

    /// <summary>Who wrote <see cref="Examples"/>; <see langword="null"/> if the profile does not say.</summary>
    public ImmutableArray<ExemplarPerson>? ExampleAuthors { get; init; }

    /// <summary>Who reviewed <see cref="Examples"/>, empty for nobody; <see langword="null"/> if the profile does not say.</summary>
    public ImmutableArray<ExemplarPerson>? ExampleReviewers { get; init; }

    /// <summary>Which worked examples of the set are used where it has more than <see cref="Exemplars"/>.</summary>
    public ExemplarSelection ExemplarSelection { get; init; } = ExemplarSelection.Fixed;

    /// <summary>Samples per question, 1 to 1,000.</summary>
    public int Samples { get; init; } = 1;

    /// <summary>Sampling temperature; 0 takes the most likely token each time.</summary>
    public double Temperature { get; init; }

    /// <summary>Nucleus: 0 exclusive to 1; 1 for all tokens.</summary>
    public double TopP { get; init; } = 1;

    /// <summary>The most likely tokens to sample from; 0 for all.</summary>
    public int TopK { get; init; }

    /// <summary>Only tokens at least this times as likely as the most likely one are sampled from, 0 to 1; 0 for all.</summary>
    public double MinP { get; init; }

    /// <summary>The most tokens of a reasoning.</summary>
    public int MaxTokens { get; init; } = 256;

    /// <summary>Texts that end a reasoning.</summary>
    public ImmutableArray<string> Stop { get; init => field = value.IsDefaultOrEmpty ? [] : value; } = [];

    /// <summary>
    /// The text that makes a model name its answer when its reasoning does not; <see langword="null"/> for the answer space's own.
    /// </summary>
    public string? AnswerCue { get; init; }

    /// <summary>What happens to a reasoning that names no answer.</summary>
    public UnparsedHandling OnUnparsed { get; init; } = UnparsedHandling.Force;

    /// <summary>How many samples an adaptive strategy draws at once before it checks whether to stop.</summary>
    public int WaveSize { get; init; } = 1;

    /// <summary>When an adaptive strategy stops before <see cref="Samples"/>.</summary>
    public StopRule StopRule { get; init; } = StopRule.None;

    /// <summary>The probability that the <see cref="StopRule.Beta"/> rule stops at: above 0.5, below 1.</summary>
    public double StopProbability { get; init; } = 0.95;

    /// <summary>Answers that <c>ensemble-refinement</c> draws in its second stage.</summary>
    public int Refinements { get; init; }

    /// <summary>The seed of every random stream.</summary>
    public long Seed { get; init; } = 1;

    /// <summary>The date that chat templates see as today.</summary>
    public DateOnly TemplateDate { get; init; } = new(2026, 1, 1);

    /// <summary>The longest that one question may take, in seconds; then it fails and the run continues.</summary>
    public int MaxSeconds { get; init; } = 3600;

    /// <summary>
    /// The name of the tuned prefix that precedes every prompt; <see langword="null"/> for none. A run's
    /// <see cref="Protocol"/> says which one that is.
    /// </summary>
    public string? Prefix { get; init; }

    /// <summary>
    /// Fields for the requests to a model's service, as a JSON object in the form of <see cref="Profiles.ModelOptions"/>;
    /// <see langword="null"/> for none. Models of the workers take none.
    /// </summary>
    public string? ModelOptions { get; init; }

    /// <summary>
    /// Variables for the model's chat template, such as <c>enable_thinking</c>, as a JSON object in the form of
    /// <see cref="Profiles.TemplateArguments"/>; <see langword="null"/> for none.
    /// </summary>
    public string? TemplateArguments { get; init; }

    /// <summary>
    /// The most tokens that the model may think in a reasoning; then its thought is closed with its own mark, and it answers. 0 closes
    /// every thought at once; <see langword="null"/> lets it think as long as it likes.
    /// </summary>
    public int? ThinkingTokens { get; init; }

    /// <summary>
    /// The most answers that a question is asked for: samples, and refinements after them; 0 if options are only scored.
    /// </summary>
    public int SamplesPerQuestion => Strategy.ScoresOptions ? 0 : Samples + Refinements;

    /// <summary>The most tokens that a question generates: every sample up to its limit.</summary>
    public long MostTokensPerQuestion => (long)SamplesPerQuestion * MaxTokens;

    /// <summary>
    /// Returns the most that asking questions once can cost, if no request is repeated: the prompt for every answer, and every answer up to
    /// its limit; refinements after all samples; and, where answers that name no option are asked for it, another turn after each answer.
    /// </summary>
    /// <param name="prices">What tokens cost.</param>
    /// <param name="questions">How many questions.</param>
    /// <param name="promptTokens">The tokens of their prompts, each counted once.</param>
    public decimal MaxCost(TokenPrices prices, long questions, long promptTokens)
    {
        ArgumentNullException.ThrowIfNull(prices);
        var answers = questions * MostTokensPerQuestion;
        var asked = SamplesPerQuestion * promptTokens;
        var drafts = questions * Refinements * Samples * MaxTokens;
        var once = prices.CostOf(asked + drafts, answers);
        return OnUnparsed == UnparsedHandling.Force && !Strategy.WritesFreeAnswers
            ? once + prices.CostOf(asked + drafts + answers + (questions * SamplesPerQuestion * FollowUpTokens), answers)
            : once;
    }

    /// <summary>
    /// Returns why this profile can ask a model no question at all, as a sentence with what to do; <see langword="null"/> if some can.
    /// </summary>
    public string? GetIncompatibility(ModelDescription model)
    {
        ArgumentNullException.ThrowIfNull(model);
        if (Strategy.NeedsLogLikelihoods && !model.GivesLogLikelihoods)
        {
            return $"profile {Name} ({Strategy.Name}) needs the log-likelihoods of options, which model {model.Name} does not give; use a "
                + "profile that draws answers.";
        }

        if (Format == PromptFormat.Completion && !model.TakesCompletions)
        {
            return $"profile {Name} continues a text, but model {model.Name} answers chats only; use a profile with \"format\": \"chat\".";
        }

        if (ModelOptions is not null && model.Endpoint is null)
        {
            return $"profile {Name} has \"modelOptions\", which are for the service of a model behind an endpoint; model {model.Name} "
                + "takes none.";
        }

        if (WhyNotThinkingSo(model) is { } reason)
        {
            return reason;
        }

        if ((TopK > 0 || MinP > 0) && !model.TruncatesByRank)
        {
            return $"profile {Name} samples with \"{(TopK > 0 ? "topK" : "minP")}\", which the service of model {model.Name} does not "
                + "take; leave it out, or use \"topP\".";
        }

        if (Format == PromptFormat.Chat && !model.HasChatTemplate)
        {
            return $"profile {Name} asks through a chat template, which model {model.Name} does not have; use a profile with \"format\": "
                + "\"completion\".";
        }

        if (ExemplarSelection == ExemplarSelection.Nearest && Exemplars > 0 && !model.GivesEmbeddings)
        {
            return $"profile {Name} chooses worked examples by the model's embedding of the question (\"exemplarSelection\": "
                + $"\"nearest\"), which model {model.Name} does not give: its graph has no output last_hidden_state or hidden_states; "
                + "use \"fixed\" or \"random\", or export the model with that output.";
        }

        return WhyTooLongFor(model, 0);
    }

    /// <summary>Returns why a prefix cannot be used, as a sentence with what to do; <see langword="null"/> if it can.</summary>
    /// <param name="model">The model that is asked.</param>
    /// <param name="prefix">What the profile's <see cref="Prefix"/> names.</param>
    public string? GetIncompatibility(ModelDescription model, SoftPromptReference prefix)
    {
        ArgumentNullException.ThrowIfNull(prefix);
        return prefix.GetIncompatibility(model) ?? WhyTooLongFor(model, prefix.Length);
    }

    /// <summary>
    /// Tokens that must be free after the prompt: the longest reasoning, and 16 for the answer cue and the longest letter or word after
    /// it.
    /// </summary>
    public int TokensBehindPrompt => MaxTokens + 16;

    /// <summary>Why the model's thoughts cannot be steered as the profile says.</summary>
    private string? WhyNotThinkingSo(ModelDescription model)
    {
        if (TemplateArguments is { } arguments && Profiles.TemplateArguments.WhyNotFor(model, arguments) is { } unread)
        {
            return $"profile {Name} {unread}";
        }

        if (ThinkingTokens is not { } budget)
        {
            return null;
        }

        if (model.Endpoint is not null)
        {
            return $"profile {Name} has \"thinkingTokens\", but the thoughts of model {model.Name} are its service's: nothing can be put "
                + "into them from outside. Use what the service has for it: \"templateArguments\": { \"reasoning_effort\": \"low\" }, or a "
                + "field of its own in \"modelOptions\", such as vLLM's \"thinking_token_budget\".";
        }

        if (Format == PromptFormat.Completion && Template is { } template && ThoughtMarkers.Opening(template) is not null)
        {
            return null;
        }

        return model.ClosingMarkTokens switch
        {
            0 => $"profile {Name} has \"thinkingTokens\", but no mark is known by which model {model.Name} closes a thought, such as "
                + "</think>: neither its tokenizer nor its chat template has one. Leave \"thinkingTokens\" out, or use a model that "
                + "thinks.",
            { } mark when budget + mark >= MaxTokens => $"profile {Name} has \"thinkingTokens\": {budget} and \"maxTokens\": "
                + $"{MaxTokens}, but model {model.Name} closes a thought with {mark} {(mark == 1 ? "token" : "tokens")}, which leaves none "
                + "for the answer; use a larger \"maxTokens\".",
            _ => null,
        };
    }

    private string? WhyTooLongFor(ModelDescription model, int virtualTokens) =>
        TokensBehindPrompt + virtualTokens >= model.ContextLength
            ? $"profile {Name} asks for up to {MaxTokens} "
                + $"tokens{(virtualTokens > 0 ? $" behind the {virtualTokens} virtual tokens of prefix {Prefix}" : "")}, which leaves no "
                + $"room for a question in the {model.ContextLength} tokens of model {model.Name}; use a smaller \"maxTokens\"."
            : null;
}

/// <summary>How the model is asked.</summary>
public enum PromptFormat
{
    /// <summary>Through the model's chat template.</summary>
    Chat,

    /// <summary>As a text to continue.</summary>
    Completion,
}

/// <summary>Where a chat has its worked examples.</summary>
public enum ExemplarPlacement
{
    /// <summary>Each is a user turn and an assistant turn.</summary>
    Turns,

    /// <summary>All are text before the question.</summary>
    Text,
}

/// <summary>What happens to a reasoning in which no answer is found.</summary>
public enum UnparsedHandling
{
    /// <summary>The answer cue is appended and the most likely answer counts as a forced vote.</summary>
    Force,

    /// <summary>It gives no vote.</summary>
    Abstain,
}

/// <summary>How worked examples are chosen from their set.</summary>
public enum ExemplarSelection
{
    /// <summary>The first ones, in the order of the set.</summary>
    Fixed,

    /// <summary>Drawn by the profile's seed, in a drawn order; the same for every question of a run.</summary>
    Random,

    /// <summary>
    /// For each question those whose questions are the most similar to it by the model's embedding, the most similar first. See
    /// <see cref="NearestExemplars"/>.
    /// </summary>
    Nearest,
}

/// <summary>When a strategy that samples in waves stops early.</summary>
public enum StopRule
{
    /// <summary>Never: all samples are drawn.</summary>
    None,

    /// <summary>When no other option can catch up any more: the leader's margin over the second exceeds the samples left.</summary>
    Margin,

    /// <summary>
    /// When P(Beta(a + 1, b + 1) &gt; 0.5) reaches <see cref="Profile.StopProbability"/>, with a and b the votes of the first and second
    /// option (Adaptive-Consistency, arXiv 2305.11860).
    /// </summary>
    Beta,
}
