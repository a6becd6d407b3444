namespace MedQA.Evaluation.Extraction;

/// <summary>A language whose statements of an answer are read.</summary>
internal enum Language
{
    English,
    Spanish,
    German,
    French,
    Chinese,
    Japanese,
}
