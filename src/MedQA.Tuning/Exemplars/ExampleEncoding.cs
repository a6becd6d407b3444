using MedQA.Evaluation;
using MedQA.Evaluation.Profiles;
using MedQA.Evaluation.Prompting;
using MedQA.Evaluation.Questions;
using MedQA.Inference.ChatTemplates;
using MedQA.Inference.Models;
using MedQA.Inference.Prompts;
using MedQA.Inference.Tokenization;

namespace MedQA.Tuning.Exemplars;

/// <summary>Encodes exemplars exactly as a run with a profile asks its questions.</summary>
internal sealed class ExampleEncoding
{
    private readonly PromptEncoder _encoder;
    private readonly int _endToken;
    private readonly Profile _profile;
    private readonly Protocol _protocol;

    /// <param name="folder">The model's folder.</param>
    /// <param name="profile">The profile.</param>
    /// <param name="datasets">The data sets of all questions, from which the profile may take worked examples.</param>
    /// <exception cref="InputException">The model does not fit the profile, or has no end token.</exception>
    public ExampleEncoding(ModelFolder folder, Profile profile, IEnumerable<string> datasets)
    {
        Tokenizer = Tokenizer.Load(folder);
        _encoder = new PromptEncoder(folder, Tokenizer, ChatTemplate.Load(folder));
        _profile = profile;
        _protocol = Protocol.Of(profile, datasets);
        if (profile.Format == PromptFormat.Chat && !_encoder.HasChatTemplate)
        {
            throw new InputException(
                $"Profile {profile.Name} needs a chat template, which model {folder.Name} does not have; use a profile with "
                    + "\"format\": \"completion\", such as likelihood.");
        }

        _endToken = folder.EndTokens is [var first, ..]
            ? first
            : throw new InputException(
                $"{folder.Path}: no file specifies the end token; add eos_token_id to generation_config.json.");
    }

    /// <summary>The model's tokenizer.</summary>
    public Tokenizer Tokenizer { get; }

    /// <summary>Returns why a question cannot be learned from with the profile, or <see langword="null"/>.</summary>
    public string? Fault(Question question)
    {
        var form = AnswerForm.Of(_profile, question.Options);
        if (form.Space == AnswerSpace.Free)
        {
            return question.ReferenceAnswers.All(string.IsNullOrWhiteSpace)
                ? "it has neither options with a right one nor a long answer (column long_answer), so there is nothing to learn."
                : null;
        }

        return question.SeveralRight
            ? "several of its options can be right, and a prefix is learned from one right option (leave out --right-answers)."
            : question.Gold is null ? "its right option is not stated, so there is nothing to learn."
            : _profile.Strategy.Reasons
                && question.ReferenceAnswers.All(
                    string.IsNullOrWhiteSpace) ? $"profile {_profile.Name} lets the model reason, and the row has no reasoning (column "
                        + "long_answer) to learn; use --profile likelihood or few-shot to learn only answers."
            : null;
    }

    /// <summary>Encodes a question without faults.</summary>
    /// <exception cref="PromptException">The profile's template does not fit the question.</exception>
    public TuningExample Encode(Question question)
    {
        var form = AnswerForm.Of(_profile, question.Options);
        var prompt = _encoder.Encode(PromptBuilder.Build(_protocol, question));
        var answer = _encoder.EncodeContinuation(prompt, [], "", PromptBuilder.AnswerTo(_profile, AsExemplar(question, question.Gold)));
        var example = new TuningExample(answer.Context, [.. answer.Continuation, _endToken]) { Question = question };
        if (form.Space == AnswerSpace.Free)
        {
            return example;
        }

        var options = (_profile.Strategy.Reasons
            ? form.CueContinuations.Select(text => _encoder.EncodeContinuation(prompt, [], form.Cue, text))
            : question.Options.Select(
                (_, option) =>
                    _encoder.EncodeContinuation(prompt, [], "", PromptBuilder.AnswerTo(_profile, AsExemplar(question, option))))).ToList();
        return example with { OptionContext = options[0].Context, Options = [.. options.Select(static option => option.Continuation)] };
    }

    private static Exemplar AsExemplar(Question question, int? answer) => new()
    {
        Id = question.Id,
        Context = question.Context,
        Text = question.Text,
        Options = question.Options,
        Answer = answer,
        Explanation = question.ReferenceAnswers.FirstOrDefault(static text => !string.IsNullOrWhiteSpace(text))?.Trim() ?? "",
    };
}
