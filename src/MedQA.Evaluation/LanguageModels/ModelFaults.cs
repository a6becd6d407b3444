namespace MedQA.Evaluation.LanguageModels;

/// <summary>A model gave no answer to one question, for a reason that has its own failure code. Others can be asked.</summary>
/// <param name="code">One of <see cref="Answering.FailureCodes"/>.</param>
/// <param name="message">What happened, as a sentence without any text of the question or answer.</param>
/// <param name="inner">What was caught, if anything.</param>
public sealed class AnswerRefusedException(string code, string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>The failure's code.</summary>
    public string Code => code;
}

/// <summary>
/// A model cannot be asked at present, whatever the question is: its service cannot be reached, refuses the credentials or is overloaded.
/// No question has failed by it; they are asked again later.
/// </summary>
/// <param name="message">What is wrong, where, and what to do, without any secret.</param>
/// <param name="retryAfter">How long to wait before asking again; <see langword="null"/> if not known.</param>
/// <param name="inner">What was caught, if anything.</param>
public sealed class ModelUnavailableException(string message, TimeSpan? retryAfter = null, Exception? inner = null)
    : Exception(message, inner)
{
    /// <summary>How long to wait before asking again; <see langword="null"/> if not known.</summary>
    public TimeSpan? RetryAfter => retryAfter;

    /// <summary>What was used for the question before, and is lost with it; <see langword="null"/> if nothing.</summary>
    public TokenUsage? Usage { get; internal set; }
}
