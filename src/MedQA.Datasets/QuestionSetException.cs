namespace MedQA.Datasets;

/// <summary>A file that cannot be read as a question set at all, or not within the limits. Nothing of it should be used.</summary>
public sealed class QuestionSetException : Exception
{
    /// <summary>Says why a file is refused.</summary>
    /// <param name="fileName">The file's name as people know it.</param>
    /// <param name="sentence">What is wrong and what to do, as one sentence without the place.</param>
    /// <param name="line">The line (from 1) where it was found, or <see langword="null"/> where the fault is the whole file's.</param>
    /// <param name="innerException">What led to it, if another exception did.</param>
    public QuestionSetException(string fileName, string sentence, int? line = null, Exception? innerException = null)
        : base(line is { } number ? $"{fileName}, line {number}: {sentence}" : $"{fileName}: {sentence}", innerException)
    {
        FileName = fileName;
        Sentence = sentence;
        Line = line;
    }

    /// <summary>The file's name as people know it.</summary>
    public string FileName { get; }

    /// <summary>What is wrong and what to do, without the place.</summary>
    public string Sentence { get; }

    /// <summary>The line (from 1) where it was found, or <see langword="null"/>.</summary>
    public int? Line { get; }
}
