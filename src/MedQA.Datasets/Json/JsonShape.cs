namespace MedQA.Datasets.Json;

/// <summary>How a JSON text arranges its records.</summary>
internal enum JsonShape
{
    /// <summary>A record on each line.</summary>
    Lines,

    /// <summary>Consecutive records, over several lines each.</summary>
    Values,

    /// <summary>One array of records.</summary>
    Array,

    /// <summary>One object that has the records as its properties, by id.</summary>
    Keyed,

    /// <summary>One object that has a list of the records as one of its properties.</summary>
    Listed,

    /// <summary>One object that has texts as its properties: labels by id, no records.</summary>
    Labels,
}
